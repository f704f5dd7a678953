import { timingSafeEqual } from 'node:crypto';

/** What of a request says who sent it. Header names are lower case. */
export type Sender = {
  readonly method: string;
  readonly path: string;
  readonly header: (name: string) => string | undefined;
};

/**
 * Why a request to the page is refused; `undefined` when it is welcome. A foreign Host is a name that was bound anew to
 * 127.0.0.1, a foreign Origin another page in the same browser. Whatever tells or changes something needs the token: it
 * travels in a header, which no other page can set, and never in a cookie, which every port of the machine would be sent.
 */
export function refusalOf(sender: Sender, port: number, token: string): string | undefined {
  const host = sender.header('host');
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    return `host ${host ?? '(none)'} is not served here: expected 127.0.0.1:${port}`;
  }
  const origin = sender.header('origin');
  if (origin !== undefined && origin !== `http://${host}`) return `origin ${origin} is not served here`;
  if (sender.method !== 'GET' && sender.method !== 'HEAD' && origin === undefined) {
    return 'a request that changes something has to say its origin';
  }
  if (!sender.path.startsWith('/api/')) return undefined;
  const site = sender.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return `requests from a ${site} page are not served here`;
  }
  return isToken(sender.header('authorization'), token)
    ? undefined
    : 'the token of this start is missing or wrong: open the link that `nonevent dev` prints';
}

function isToken(authorization: string | undefined, token: string): boolean {
  const given = Buffer.from(authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
