"""Records what Celery's client publishes for canvases of many shapes, and the group items that it writes.

    python record.py > celery-<version>.json

Needs no broker. Ids are numbered, and what depends on the process (origin) or is compared elsewhere (argsrepr) is left out.
"""
import json
import re
import warnings

import celery
from celery import Celery, chain, chord, group
from kombu.utils.json import dumps

app = Celery('lab', broker='memory://', backend='cache+memory://')
app.conf.update(task_default_exchange='', task_default_routing_key='celery')

def anything(*args, **kwargs):
    return None

def task(name):
    return app.task(name=f'labtasks.{name}')(anything)

add, mul, xsum, onerr, note = (task(name) for name in ['add', 'mul', 'xsum', 'onerr', 'note'])
slow = app.task(name='labtasks.slow', queue='slow', priority=3)(anything)
a = lambda n: add.s(n)

CANVASES = {
  'task': lambda: add.s(1, 2),
  'task with options': lambda: add.s(1, 2).set(queue='other', priority=5, time_limit=60, soft_time_limit=50, shadow='x', ignore_result=True, retries=2, headers={'x-a': 'b'}, reply_to='me', task_id='T'),
  'task of its own queue': lambda: slow.s(1),
  'task with links': lambda: add.s(1, 2).set(link=[add.s(3), note.si()], link_error=[onerr.s()]),
  'chain of one': lambda: chain(add.s(1, 2)),
  'chain of three': lambda: chain(add.s(1, 2), add.s(3), add.s(4)),
  'chain in chain': lambda: chain(add.s(1, 2), chain(add.s(3), add.s(4)), add.s(5)),
  'chain with errback': lambda: _linked(chain(add.s(1, 2), add.s(3)), error=onerr.s()),
  'chain with link': lambda: _linked(chain(add.s(1, 2), add.s(3)), link=note.s()),
  'chain with immutable step': lambda: chain(add.s(1, 2), note.si('x'), add.s(1)),
  'chain with options': lambda: chain(add.s(1, 2), slow.s(3)).set(queue='q', expires=None, priority=2),
  'group of none': lambda: group(),
  'group of one': lambda: group(add.s(1, 1)),
  'group of three': lambda: group(add.s(i, i) for i in range(3)),
  'group of chains': lambda: group(chain(add.s(1, 1), add.s(1)), add.s(3, 3)),
  'group with a chain that ends in a group': lambda: group(chain(add.s(1, 1), group(add.s(1), add.s(2))), add.s(3, 3)),
  'group of one chain that ends in a group': lambda: group(chain(add.s(1, 1), group(add.s(1), add.s(2)))),
  'group with chord': lambda: group(chord([add.s(1, 1), add.s(2, 2)], xsum.s()), add.s(3, 3)),
  'group with options': lambda: group(add.s(1, 1), add.s(2, 2)).set(queue='q', priority=4),
  'group with errback': lambda: _linked(group(add.s(1, 1), add.s(2, 2)), error=onerr.s()),
  'group with link': lambda: _linked(group(add.s(1, 1), add.s(2, 2)), link=note.s()),
  'chord': lambda: chord([add.s(1, 1), add.s(2, 2)], xsum.s()),
  'chord of one': lambda: chord([add.s(1, 1)], xsum.s()),
  'chord of none': lambda: chord([], xsum.s()),
  'chord of none with chain body': lambda: chord([], chain(xsum.s(), add.s(1))),
  'chord with errback': lambda: chord([add.s(1, 1), add.s(2, 2)], xsum.s().on_error(onerr.s())),
  'chord with link': lambda: _linked(chord([add.s(1, 1), add.s(2, 2)], xsum.s()), link=note.s()),
  'chord of chains': lambda: chord([chain(add.s(1, 1), add.s(10)), chain(add.s(2, 2), add.s(20))], xsum.s()),
  'chord of chords': lambda: chord([chord([add.s(1, 1), add.s(2, 2)], xsum.s()), chord([add.s(3, 3), add.s(4, 4)], xsum.s())], xsum.s()),
  'chord with chain body': lambda: chord([add.s(1, 1), add.s(2, 2)], chain(xsum.s(), add.s(1))),
  'chord with group body': lambda: chord([add.s(1, 1), add.s(2, 2)], group(xsum.s(), xsum.s())),
  'chord with chord body': lambda: chord([add.s(1, 1), add.s(2, 2)], chord([xsum.s(), xsum.s()], xsum.s())),
  'chord with body chain that has a group': lambda: chord([add.s(1, 1), add.s(2, 2)], chain(xsum.s(), group(add.s(1), add.s(2)), xsum.s(), add.s(5))),
  'chord with a chain that ends in a group': lambda: chord([chain(add.s(1, 1), group(add.s(1), add.s(2))), add.s(3, 3)], xsum.s()),
  'chord with a chain that ends in a chord': lambda: chord([chain(add.s(1, 1), group(add.s(1), add.s(2)), xsum.s()), add.s(3, 3)], xsum.s()),
  'chord with options': lambda: chord([add.s(1, 1), slow.s(2)], xsum.s()).set(queue='q', priority=4, time_limit=9),
  'chain with group': lambda: chain(add.s(1, 1), group(add.s(1), add.s(2)), xsum.s(), add.s(100)),
  'chain that ends in a group': lambda: chain(add.s(1, 1), group(add.s(1), add.s(2))),
  'chain that begins with a group': lambda: chain(group(add.s(1, 1), add.s(2, 2)), xsum.s()),
  'chain that begins with a group and goes on': lambda: chain(group(add.s(1, 1), add.s(2, 2)), xsum.s(), add.s(1), add.s(2)),
  'chain of groups': lambda: chain(group(add.s(1, 1), add.s(2, 2)), group(xsum.s(), xsum.s()), xsum.s()),
  'chain of three groups': lambda: chain(add.s(1, 1), group(a(1), a(2)), group(xsum.s(), xsum.s()), group(xsum.s(), xsum.s())),
  'chain of groups and tasks': lambda: chain(add.s(0, 0), group(a(1), a(2)), xsum.s(), group(a(3), a(4)), xsum.s(), a(5)),
  'chain with a group of one': lambda: chain(add.s(1, 1), group(add.s(1)), add.s(2)),
  'chain with a group of none': lambda: chain(add.s(1, 1), group(), add.s(2)),
  'chain with chord': lambda: chain(add.s(1, 1), chord([a(1), a(2)], xsum.s()), add.s(2)),
  'chain that begins with a chord': lambda: chain(chord([add.s(1, 1), add.s(2, 2)], xsum.s()), add.s(2)),
  'chain with group and errback': lambda: _linked(chain(add.s(1, 1), group(a(1), a(2)), xsum.s(), a(3)), error=onerr.s()),
  'chain with group and link': lambda: _linked(chain(add.s(1, 1), group(a(1), a(2)), xsum.s()), link=note.s()),
  'stamped chain': lambda: _stamped(chain(add.s(1, 2), add.s(3))),
  'stamped chord': lambda: _stamped(chord([add.s(1, 1), add.s(2, 2)], xsum.s())),
  'chunks': lambda: add.chunks(zip(range(5), range(5)), 2),
  'map': lambda: add.map([1, 2]),
  'starmap': lambda: add.starmap([(1, 2), (3, 4)]),
  'chain into map': lambda: chain(add.s(1, 2), add.map([1, 2])),
  'link of a chain': lambda: add.s(1, 2).set(link=[chain(a(1), a(2))]),
  'link of a group': lambda: add.s(1, 2).set(link=[group(a(1), a(2))]),
  'link of a chord': lambda: add.s(1, 2).set(link=[chord([a(1), a(2)], xsum.s())]),
}

def _linked(sig, link=None, error=None):
    warnings.simplefilter('ignore')
    if link is not None: sig.link(link)
    if error is not None: sig.link_error(error)
    return sig

def _stamped(sig):
    sig.stamp(trace='t-9')
    return sig

sent, groups = [], []
def capture(producer, name, message, **options):
    headers, properties, body, _ = message
    queue = options.get('queue')
    queue = getattr(queue, 'name', queue) or 'celery'
    own = {key: value for key, value in options.items() if key == 'priority'}
    sent.append({'headers': json.loads(dumps({**headers, **options.get('headers', {})})), 'properties': {**properties, **own, 'queue': queue}, 'body': json.loads(dumps(body))})

def save_group(gid, result):
    groups.append(json.loads(dumps(result.as_tuple())))

def run():
    out = {}
    app.amqp.__dict__['send_task_message'] = capture
    app.backend.save_group = save_group
    for name, make in CANVASES.items():
        sent.clear(); groups.clear()
        sig = make()
        wire = json.loads(dumps(sig)) if name != 'chunks' else None
        result = sig.apply_async()
        out[name] = {'signature': wire, 'result': json.loads(dumps(result.as_tuple())), 'groups': list(groups), 'messages': [dict(m) for m in sent]}
    return out

UUID = re.compile(r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')
def numbered(text):
    seen = {}
    return UUID.sub(lambda m: seen.setdefault(m.group(0), f'id-{len(seen) + 1}'), text)

if __name__ == '__main__':
    recorded = run()
    lines = []
    for name, entry in recorded.items():
        for m in entry['messages']:
            for key in ('lang', 'origin', 'argsrepr', 'kwargsrepr'):
                m['headers'].pop(key, None)
        lines.append(json.dumps(name) + ': ' + numbered(json.dumps(entry)))
    print('{"celery": %s, "canvases": {\n%s\n}}' % (json.dumps(celery.__version__), ',\n'.join(lines)))
