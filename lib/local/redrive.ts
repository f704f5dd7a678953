import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { messageOf, NoneventError } from '../nonevent-error.ts';
import type { Connection } from './connection.ts';
import { REDRIVE } from './event-bridge/dead-letters-service.ts';

const answer = z.object({ redriven: z.int().min(0) });

/**
 * Asks a running local system to deliver its dead letters again. Returns how many there were; that they arrive is not waited for.
 *
 * Errors: `Unreachable`.
 */
export async function redriveDeadLetters({
  endpoints,
  token,
}: Pick<Connection, 'endpoints' | 'token'>): Promise<number> {
  try {
    return answer.parse(await post(endpoints.events, token)).redriven;
  } catch (thrown) {
    throw new NoneventError(
      'Unreachable',
      `the local system did not deliver its dead letters again: ${messageOf(thrown)}`,
      { hint: 'run `nonevent doctor`; typing the command again is safe', cause: thrown },
    );
  }
}

/** With an agent of its own: the common one may be told by the environment to ask a proxy, which is not here. */
function post(endpoint: string, token: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = {
      'x-amz-target': `${REDRIVE.service}.${REDRIVE.operation}`,
      'content-type': 'application/x-amz-json-1.0',
      authorization: `AWS4-HMAC-SHA256 Credential=${token}/`,
    };
    const asked = request(endpoint, { method: 'POST', agent: false, headers }, (response) => {
      json(response).then(resolve, reject);
    });
    asked.once('error', reject);
    asked.end('{}');
  });
}
