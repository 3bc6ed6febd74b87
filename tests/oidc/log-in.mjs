// Logs in to a running Health Brain through oidc-provider (a certified OpenID provider), with its own log-in and consent
// pages, as a browser would. Started by scripts/test-oidc.
//   node log-in.mjs provider PORT HUB          the provider, until it is killed
//   node log-in.mjs test PROVIDER_PORT HUB     the test; exit 1 with a sentence if anything is not as it must be
import assert from 'node:assert/strict';

const [what, port, hub] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

async function serve() {
  const { default: Provider } = await import('oidc-provider');
  const groups = { 8271: ['nurses', 'staff'], 9999: ['nobody-here'] };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'health-brain',
        client_secret: 'a secret/with+signs',
        redirect_uris: [`${hub}/auth/bureau/callback`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username', 'name', 'groups'] },
    pkce: { required: () => true, methods: ['S256'] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: `P.${id}`, name: '李娜', groups: groups[id] ?? [] }),
    }),
  });
  provider.listen(Number(port), '127.0.0.1', () => console.log('provider is ready'));
}

/** A browser's memory: cookies by site and path; follows redirects one by one. */
class Browser {
  cookies = [];
  async go(url, init = {}) {
    const { origin, pathname } = new URL(url);
    const cookie = this.cookies
      .filter((one) => one.origin === origin && pathname.startsWith(one.path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...rest] = line.split(';').map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf('='));
      const path = rest.find((part) => part.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
      this.cookies = this.cookies.filter((one) => !(one.origin === origin && one.name === name && one.path === path));
      this.cookies.push({ origin, name, path, value: pair.slice(pair.indexOf('=') + 1) });
    }
    return answer;
  }
  /** Follows redirects until a page or an address of the hub's own pages. */
  async follow(url, init) {
    for (let step = 0; step < 20; step += 1) {
      const answer = await this.go(url, init);
      init = {};
      const location = answer.headers.get('location');
      if (!location) return { url, answer };
      url = new URL(location, url).href;
      if (url.startsWith(hub) && !url.includes('/auth/')) return { url, answer: null };
    }
    throw new Error('redirects do not end');
  }
  /** Fills in the provider's pages: who one is, then consent. */
  async logIn(account) {
    let { url, answer } = await this.follow(`${hub}/auth/bureau/start?to=/residents`);
    for (let page = 0; answer !== null && page < 4; page += 1) {
      const text = await answer.text();
      const action = /action="([^"]+)"/.exec(text)?.[1];
      assert.ok(action, `a form of the provider, not: ${answer.status} ${text.slice(0, 300)}`);
      const form = text.includes('name="login"') ? { prompt: 'login', login: account, password: 'x' } : { prompt: 'consent' };
      ({ url, answer } = await this.follow(new URL(action, url).href, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }));
    }
    return url;
  }
}

async function test() {
  const nurse = new Browser();
  assert.equal(await nurse.logIn('8271'), `${hub}/residents`);
  const session = await (await nurse.go(`${hub}/api/session`)).json();
  assert.equal(session.user, 'p.8271');
  assert.equal(session.display, '李娜');
  assert.deepEqual(session.roles.map(({ id }) => id), ['nurse']);
  assert.equal((await nurse.go(`${hub}/api/users`)).status, 403);

  const stranger = new Browser();
  assert.equal(await stranger.logIn('9999'), `${hub}/?login=refused`, 'no rule gives a role: no account');
  assert.equal((await stranger.go(`${hub}/api/session`)).status, 401);

  const again = new Browser();
  assert.equal(await again.logIn('8271'), `${hub}/residents`, 'the second time, the same account');
  assert.equal((await (await again.go(`${hub}/api/session`)).json()).user, 'p.8271');
  console.log('log-in through oidc-provider: 3 browsers, as they must be');
}

await (what === 'provider' ? serve() : test());
