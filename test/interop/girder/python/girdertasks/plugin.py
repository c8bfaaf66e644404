"""Routes by which a test sends tasks as code inside of Girder does. Only administrators may call them."""

import cherrypy
from celery import chain
from celery.result import AsyncResult
from girder.api import access
from girder.api.describe import Description, autoDescribeRoute
from girder.api.rest import Resource
from girder.constants import AccessType, TokenScope
from girder.exceptions import RestException
from girder.models.token import Token
from girder.plugin import GirderPlugin, getPlugin
from girder_jobs.models.job import Job
from girder_worker.app import app

from . import tasks

try:
    from girder_worker.utils.transforms import girder_io
except ImportError:  # Girder Worker 0.10
    from girder_worker_utils.transforms import girder_io


def restored(value):
    """Replaces each `{"transform": class, "args": […], "kwargs": {…}}` in a JSON value by an object of this class."""
    if isinstance(value, list):
        return [restored(element) for element in value]
    if not isinstance(value, dict):
        return value
    if "transform" in value:
        made = getattr(girder_io, value["transform"])
        return made(*value.get("args", []), **value.get("kwargs", {}))
    return {key: restored(element) for key, element in value.items()}


def signature(call):
    task = getattr(tasks, call["task"])
    return task.signature(tuple(restored(call.get("args", []))), restored(call.get("kwargs", {})))


class GirderTasks(Resource):
    def __init__(self):
        super().__init__()
        self.artifacts = {}
        self.resourceName = "girdertasks"
        self.route("POST", ("dispatch",), self.dispatch)
        self.route("POST", ("chain",), self.chain)
        self.route("POST", ("schedule",), self.schedule)
        self.route("POST", ("token",), self.token)
        self.route("GET", ("result", ":id"), self.result)
        self.route("GET", ("jobs", ":id"), self.jobs)
        self.route("GET", ("artifacts", ":id"), self.artifacts_of)

    @access.admin
    @autoDescribeRoute(
        Description("Send a task: {task, args, kwargs, options}.").jsonParam("call", "", paramType="body")
    )
    def dispatch(self, call):
        task = getattr(tasks, call["task"])
        result = task.apply_async(
            args=tuple(restored(call.get("args", []))),
            kwargs=restored(call.get("kwargs", {})),
            **restored(call.get("options", {})),
        )
        job = result.job
        return {"taskId": result.id, "jobId": str(job["_id"]) if job else None}

    @access.admin
    @autoDescribeRoute(Description("Send a chain: {steps: [{task, args}]}.").jsonParam("call", "", paramType="body"))
    def chain(self, call):
        result = chain(*[signature(step) for step in call["steps"]]).apply_async()
        ids = []
        while result is not None:
            ids.insert(0, result.id)
            result = result.parent
        job = Job().findOne({"celeryTaskId": ids[0]})
        return {"taskIds": ids, "jobId": str(job["_id"]) if job else None}

    @access.admin
    @autoDescribeRoute(
        Description("Create a job of worker_handler, and schedule it: {task, args, kwargs, queue, title}.").jsonParam(
            "call", "", paramType="body"
        )
    )
    def schedule(self, call):
        fields = {}  # Without a name, Girder sends girder_worker.run.
        if call.get("task"):
            if not hasattr(tasks, call["task"]):
                raise RestException("No such task")
            fields["celeryTaskName"] = f"girdertasks.tasks.{call['task']}"
        if call.get("queue"):
            fields["celeryQueue"] = call["queue"]
        job = Job().createJob(
            title=call.get("title", "Scheduled"),
            type="scheduled",
            handler="worker_handler",
            user=self.getCurrentUser(),
            args=tuple(call.get("args", [])),
            kwargs=call.get("kwargs", {}),
            otherFields=fields,
        )
        Job().scheduleJob(job)
        job = Job().load(job["_id"], force=True)
        return {"taskId": job["celeryTaskId"], "jobId": str(job["_id"])}

    @access.admin
    @autoDescribeRoute(
        Description("Create a token of the current user: {scopes}; all scopes if it is empty.").jsonParam(
            "call", "", paramType="body"
        )
    )
    def token(self, call):
        scope = call.get("scopes") or None
        return {"token": Token().createToken(user=self.getCurrentUser(), days=1, scope=scope)["_id"]}

    @access.admin
    @autoDescribeRoute(Description("The result of a task as Celery in Python reads it.").param("id", "", paramType="path"))
    def result(self, id):
        result = AsyncResult(id, app=app)
        return {"state": result.state, "result": repr(result.result), "traceback": result.traceback}

    @access.admin
    @autoDescribeRoute(Description("The jobs of a Celery task.").param("id", "", paramType="path"))
    def jobs(self, id):
        return [
            {"jobId": str(job["_id"]), "parentId": str(job["parentId"]) if job.get("parentId") else None}
            for job in Job().find({"celeryTaskId": id})
        ]

    @access.user(scope=TokenScope.DATA_WRITE)
    @autoDescribeRoute(
        Description("Keep a file of a job. Girder itself has no such route; GirderUploadJobArtifact needs one.")
        .modelParam("id", "", model=Job, level=AccessType.READ)
        .param("name", "")
        .param("size", "", dataType="integer")
        .param("mimeType", "", required=False)
    )
    def keep_artifact(self, job, name, size, mimeType):
        text = cherrypy.request.body.read().decode()
        if len(text.encode()) != size:
            raise RestException("The body does not have this size")
        self.artifacts.setdefault(str(job["_id"]), []).append({"name": name, "mimeType": mimeType, "text": text})

    @access.admin
    @autoDescribeRoute(Description("The kept files of a job.").param("id", "", paramType="path"))
    def artifacts_of(self, id):
        return self.artifacts.get(id, [])


class GirderTasksPlugin(GirderPlugin):
    DISPLAY_NAME = "Tasks of tests"

    def load(self, info):
        getPlugin("jobs").load(info)
        getPlugin("worker").load(info)
        routes = GirderTasks()
        info["apiRoot"].girdertasks = routes
        info["apiRoot"].job.route("POST", (":id", "artifact"), routes.keep_artifact)
