class GirderTasksWorkerPlugin:
    def __init__(self, app, *args, **kwargs):
        self.app = app

    def task_imports(self):
        return ["girdertasks.tasks"]
