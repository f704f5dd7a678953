import { type LoadGenerator, startLoad } from './load-generator.ts';
import { VISITS } from './visits.ts';

const REQUESTS_PER_SECOND = 200;
const OPEN_AT_MOST = 64;
const SECONDS_AT_MOST = 150;

/** Those who use the storefront from the moment on when it is there for the first time. */
export type Users = Pick<LoadGenerator, 'answers' | 'stop' | 'kill'> & { readonly come: () => void };

/** Users of the service at a port. */
export function createUsers(port: number): Users {
  let load: LoadGenerator | undefined;
  return {
    come: () => {
      load ??= startLoad({
        url: `http://127.0.0.1:${port}`,
        paths: VISITS,
        requestsPerSecond: REQUESTS_PER_SECOND,
        openAtMost: OPEN_AT_MOST,
        secondsAtMost: SECONDS_AT_MOST,
      });
    },
    answers: () => load?.answers() ?? [],
    stop: async () => (await load?.stop()) ?? [],
    kill: async () => load?.kill(),
  };
}
