import { request } from 'node:http';
import { messageOf } from '../../nonevent-error.ts';

/** What a service said when it was asked whether it is ready, in words. */
export type HealthAnswer = { readonly isHealthy: boolean; readonly answer: string };

/** Asks a service on 127.0.0.1 once. A status below 400 is healthy; no answer within `timeout` milliseconds is not. */
export function askHealth(port: number, path: string, timeout: number): Promise<HealthAnswer> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false, timeout }, (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      response.once('close', () => asked.destroy());
      resolve({ isHealthy: status < 400, answer: `status ${status}` });
    });
    asked.once('timeout', () => asked.destroy(new Error(`no answer within ${timeout} ms`)));
    asked.once('error', (thrown) => resolve({ isHealthy: false, answer: messageOf(thrown) }));
    asked.end();
  });
}
