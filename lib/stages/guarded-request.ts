import { lookup as resolveName } from 'node:dns/promises';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { messageOf, NoneventError } from '../nonevent-error.ts';
import { type AddressPolicy, isAllowedAddress } from './address-policy.ts';

export type GuardedAnswer = {
  readonly status: number;
  /** The address that was connected to. */
  readonly address: string;
  readonly location: string | undefined;
  /** At most as much as is asked for; `isWhole` says whether that was all. */
  readonly body: Buffer;
  readonly isWhole: boolean;
};

/** Not to be asked, by policy. Another attempt would be refused as well. */
export type Refused = { readonly refused: string };

const BODY_LIMIT = 256 * 1024;

/**
 * Sends one GET, without following redirects. Resolves the name itself, checks every address it has, and connects to one of
 * those that were checked, so that the name cannot point elsewhere in between.
 *
 * Rejects with the signal's reason when that aborts. Errors: `Unreachable`.
 */
export async function guardedRequest(
  url: URL,
  policy: AddressPolicy,
  signal: AbortSignal,
  /** Bytes of the body that are read. */
  limit = BODY_LIMIT,
): Promise<GuardedAnswer | Refused> {
  signal.throwIfAborted();
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { refused: `${url.protocol} is not http or https` };
  try {
    const addresses = await untilAborted(addressesOf(url), signal);
    const forbidden = addresses.find(({ address }) => !isAllowedAddress(address, policy));
    if (forbidden !== undefined)
      return { refused: `${url.hostname} is at ${forbidden.address}, which may not be asked` };
    return await untilAborted(ask(url, addresses, signal, limit), signal);
  } catch (thrown) {
    signal.throwIfAborted();
    throw new NoneventError('Unreachable', `no answer from ${url.origin}: ${messageOf(thrown)}`, {
      fields: { origin: url.origin },
      hint: 'look whether the service runs and the name is right',
      cause: thrown,
    });
  }
}

type Address = { readonly address: string; readonly family: number };

/** An address written in the URL is never looked up, so it is taken from there. */
async function addressesOf({ hostname }: URL): Promise<readonly Address[]> {
  const literal = hostname.replaceAll(/^\[|\]$/g, '');
  const family = isIP(literal);
  return family === 0 ? resolveName(hostname, { all: true }) : [{ address: literal, family }];
}

function ask(
  url: URL,
  addresses: readonly Address[],
  signal: AbortSignal,
  limit: number,
): Promise<GuardedAnswer> {
  const lookup: LookupFunction = (_name, options, found) => {
    const [first] = addresses;
    if (options.all === true) found(null, [...addresses]);
    else if (first === undefined) found(new Error('the name has no address'), '');
    else found(null, first.address, first.family);
  };
  const request = url.protocol === 'https:' ? requestSecure : requestPlain;
  const headers = { 'user-agent': 'nonevent', accept: '*/*', 'accept-encoding': 'identity' };
  return new Promise((resolve, reject) => {
    request(url, { agent: false, lookup, signal, headers }, (response) => {
      const address = response.socket.remoteAddress ?? '';
      readBody(response, limit).then(
        (read) =>
          resolve({
            status: response.statusCode ?? 0,
            address,
            location: response.headers.location,
            ...read,
          }),
        reject,
      );
    })
      .once('error', reject)
      .end();
  });
}

async function readBody(
  response: IncomingMessage,
  limit: number,
): Promise<Pick<GuardedAnswer, 'body' | 'isWhole'>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) break;
  }
  return { body: Buffer.concat(chunks).subarray(0, limit), isWhole: length <= limit };
}

function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
