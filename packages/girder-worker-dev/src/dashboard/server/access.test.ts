import { expect, test } from 'vitest';
import { createMemoryStack } from '../../../../../test/support/dashboardStack.ts';
import { createRoutes } from './routes.ts';

const tokens = { access: 'access-token', action: 'action-token' };
const page = async () => ({ html: '<h1>page</h1>', script: '', style: '', compressedBytes: 0 });
const routes = createRoutes({ stack: createMemoryStack(), tokens, page, port: () => 5555 });

const request = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  routes.request(`http://127.0.0.1:5555${path}`, {
    ...{ method, headers: { host: '127.0.0.1:5555', ...headers } },
    ...(method === 'POST' && { body: JSON.stringify({ ids: ['a'] }) }),
  });
const cookie = { cookie: 'girder-worker-dashboard-5555=access-token' };
const codeOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { error?: { code: string } }).error?.code,
];

test('the address with the token sets a cookie that scripts of the page cannot read, and leads to the address without it', async () => {
  const response = await request('/?token=access-token');
  expect(response.status).toBe(303);
  expect(response.headers.get('location')).toBe('/');
  expect(response.headers.get('set-cookie')).toBe(
    'girder-worker-dashboard-5555=access-token; Path=/; HttpOnly; SameSite=Strict',
  );
});

test.each([
  ['no token', {}],
  ['a wrong token', { authorization: 'Bearer access-tokem' }],
  ['a token that is too short', { authorization: 'Bearer access' }],
  ['the action token', { authorization: 'Bearer action-token' }],
  ['a scheme without a token', { authorization: 'Bearer' }],
  ['another scheme', { authorization: 'Digest access-token' }],
  ['the cookie of another port', { cookie: 'girder-worker-dashboard-5556=access-token' }],
])('a request with %s is refused', async (_, headers) => {
  for (const path of ['/', '/page.js', '/data/overview', '/data/session', '/api/tasks', '/metrics'])
    expect(await codeOf(await request(path, headers))).toEqual([401, 'NO_TOKEN']);
});

test.each([
  ['a bearer token', { authorization: 'Bearer access-token' }],
  ['the password of basic authentication', { authorization: `Basic ${btoa('any:access-token')}` }],
  ['the cookie', cookie],
])('a request with %s is answered', async (_, headers) => {
  expect((await request('/data/session', headers)).status).toBe(200);
});

test('a script may give the token as a parameter', async () => {
  expect((await request('/data/session?token=access-token')).status).toBe(200);
});

test.each(['evil.example:5555', '127.0.0.1:5556', '127.0.0.1', 'localhost.evil.example:5555', ''])(
  'a request to the host "%s" is refused, also with the token: the name of another page may point to this machine',
  async (host) => {
    const response = await request('/data/session', { ...cookie, host });
    expect(await codeOf(response)).toEqual([403, 'FORBIDDEN']);
  },
);

test.each(['127.0.0.1:5555', 'localhost:5555', '[::1]:5555'])('a request to %s is answered', async (host) => {
  expect((await request('/data/session', { ...cookie, host })).status).toBe(200);
});

test.each([
  ['an origin of another page', { origin: 'https://evil.example' }],
  ['the origin of another port', { origin: 'http://127.0.0.1:8080' }],
  ['the origin null', { origin: 'null' }],
  ['a request of another page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ['a request of another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
])('%s is refused, also with the cookie', async (_, headers) => {
  expect(await codeOf(await request('/data/session', { ...cookie, ...headers }))).toEqual([403, 'FORBIDDEN']);
});

test('a link on another page may open the dashboard', async () => {
  const headers = { ...cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  expect((await request('/', headers)).status).toBe(200);
});

test.each([
  ['without the action token', cookie],
  ['with a wrong action token', { ...cookie, 'x-girder-worker-token': 'action-tokem' }],
  ['with the access token as the action token', { ...cookie, 'x-girder-worker-token': 'access-token' }],
])('an action of a browser %s is refused', async (_, headers) => {
  expect(await codeOf(await request('/actions/revoke', headers, 'POST'))).toEqual([403, 'FORBIDDEN']);
});

test('an action of a page with the action token, and one of a script, are done', async () => {
  const headers = { ...cookie, origin: 'http://127.0.0.1:5555', 'x-girder-worker-token': 'action-token' };
  expect((await request('/actions/revoke', headers, 'POST')).status).toBe(200);
  const script = { authorization: 'Bearer access-token' };
  expect((await request('/actions/revoke', script, 'POST')).status).toBe(200);
});

test('each answer, also an error, forbids frames, other sources and caches', async () => {
  for (const [path, headers] of [
    ['/', cookie],
    ['/', {}],
    ['/nothing', cookie],
  ] as const) {
    const response = await request(path, headers);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-frame-options')).toBe('DENY');
  }
});
