"""The names and signatures of the tasks. Their bodies are in TypeScript, in test/fixtures/plugins/girdertasks."""

from girder_worker.app import app
from girder_worker.utils import girder_job


@girder_job(title="Add")
@app.task(bind=True)
def add(self, a, b): ...


@girder_job(title="Progress", type="steps")
@app.task(bind=True)
def progress(self, steps, seconds_per_step): ...


@girder_job(title="Fail")
@app.task(bind=True)
def fail(self, message): ...


@girder_job(title="Trace")
@app.task(bind=True)
def trace(self, file): ...


@girder_job(title="Cancelable")
@app.task(bind=True)
def cancelable(self, seconds): ...


@girder_job(title="Noncooperative")
@app.task(bind=True)
def noncooperative(self, seconds): ...


@girder_job(title="Parent")
@app.task(bind=True)
def parent(self, a, b): ...


@girder_job(title="Statuses", public=True, otherFields={"purpose": "statuses"})
@app.task(bind=True)
def statuses(self, wanted, fails=False): ...


@girder_job(title="Read a file")
@app.task(bind=True)
def file_text(self, path): ...


@girder_job(title="Length of a file")
@app.task(bind=True)
def file_length(self, path): ...


@girder_job(title="Read a folder")
@app.task(bind=True)
def folder_texts(self, path): ...


@girder_job(title="Download a folder")
@app.task(bind=True)
def download_folder(self, folder_id): ...


@girder_job(title="Copy a file")
@app.task(bind=True)
def copy_file(self, path, name): ...


@girder_job(title="Produce files")
@app.task(bind=True)
def produce(self, texts, as_folder=False): ...


@girder_job(title="Return a value")
@app.task(bind=True)
def echo(self, value): ...
