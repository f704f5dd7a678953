import { z } from 'zod';
import { USUAL_RECOVERIES } from '../../lifecycle/recoveries.ts';
import { plainText } from '../../lifecycle/wording/plain-text.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { HttpStage } from '../../pipeline/kinds/http.ts';
import { isSecretName } from '../../pipeline/literal-secret.ts';
import { maskText } from '../../secrets/mask-secrets.ts';
import { secretsOf } from '../../secrets/secret-values.ts';
import { type GuardedAnswer, guardedRequest, type Refused } from '../guarded-request.ts';
import type { CheckKind, Json, StageContext } from '../kind.ts';
import { revisionOf } from '../revision.ts';
import { targetOf } from '../target-of.ts';

const evidence = z.object({
  url: z.string(),
  status: z.int().nullable(),
  latencyMs: z.number().min(0),
  redirects: z.int().min(0),
  containsFound: z.boolean().nullable(),
  bodyIsWhole: z.boolean(),
  refused: z.string().optional(),
});

const MOST_REDIRECTS = 5;

/** Asks a URL once and holds status, answer time and body against what is expected. */
export const httpKind: CheckKind<HttpStage> = {
  recoveries: {
    ...USUAL_RECOVERIES,
    // Asking again changes nothing, and one answer may get lost on the way.
    timedOut: 'retry',
  },

  async observe(stage, context) {
    const asked = await urlOf(stage, context);
    if ('refused' in asked) return { evidence: unanswered(stage.url, 0, 0, asked) };
    return { evidence: await follow(stage, asked, context) };
  },

  judge(stage, recorded) {
    const expected = inWords(stage);
    const seen = evidence.safeParse(recorded);
    if (!seen.success)
      return { verdict: 'inconclusive', expected, observed: 'no readable evidence of an answer' };
    const { status, latencyMs, containsFound, bodyIsWhole, refused } = seen.data;
    if (refused !== undefined) return { verdict: 'fail', expected, observed: `not asked: ${refused}` };
    if (status === null) return { verdict: 'fail', expected, observed: `no answer within ${latencyMs} ms` };
    const isLate = stage.within !== undefined && latencyMs > stage.within * 1000;
    const isMissing = stage.contains !== undefined && containsFound !== true;
    const where = bodyIsWhole ? 'the body' : 'the first 256 KB of the body';
    const text =
      stage.contains === undefined ? '' : `, text ${isMissing ? 'not found' : 'found'} in ${where}`;
    const passes = status === stage.status && !isLate && !isMissing;
    return {
      verdict: passes ? 'pass' : 'fail',
      expected,
      observed: `status ${status} after ${latencyMs} ms${text}`,
    };
  },

  async reusable() {
    return { never: 'what a URL answers may change at any time' };
  },
};

function inWords({ status, within, contains }: HttpStage): string {
  const time = within === undefined ? '' : ` within ${within * 1000} ms`;
  return `status ${status}${time}${contains === undefined ? '' : ` and ${JSON.stringify(contains)} in the body`}`;
}

async function urlOf(stage: HttpStage, context: StageContext): Promise<URL | Refused> {
  if (!stage.url.startsWith('/')) {
    return URL.parse(stage.url) ?? { refused: `${JSON.stringify(stage.url)} is neither a URL nor a path` };
  }
  const environments = Object.keys(context.deployment.view.pipeline.environments);
  const environment = stage.environment ?? (environments.length === 1 ? environments[0] : undefined);
  if (environment === undefined)
    return { refused: 'a path is asked of an environment, and the stage names none' };
  const { revision } = revisionOf(context.deployment.view);
  const target = await targetOf(context, environment);
  const base = await target.address(stage.through === 'router' ? 'router' : { revision });
  if (base === undefined)
    throw notRunning(stage.through === 'router' ? `the router of ${environment}` : revision);
  // Joined as text: as a relative reference, a path such as `//other.example/` would name another host.
  return (
    URL.parse(`${base.replace(/\/$/, '')}${stage.url}`) ?? {
      refused: `${JSON.stringify(stage.url)} is no path`,
    }
  );
}

function notRunning(what: string): NoneventError {
  return new NoneventError('Unreachable', `${what} does not run, so it cannot be asked`, {
    hint: 'put the stage after the one that places the release',
  });
}

/** Follows at most five redirects; a redirect that is itself what is expected is not followed. */
async function follow(stage: HttpStage, first: URL, context: StageContext): Promise<Json> {
  const secrets = secretsOfTargets(context);
  const limit = limitOf(stage, context.signal);
  const started = performance.now();
  let url = first;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await limit.hold(guardedRequest(url, context.addresses, limit.signal));
    const latencyMs = Math.round(performance.now() - started);
    if (answer === 'late') return unanswered(shown(url, secrets), latencyMs, redirects, {});
    if ('refused' in answer) return unanswered(shown(url, secrets), latencyMs, redirects, answer);
    const next = redirectOf(stage, answer, url);
    if (next === undefined) return answered(stage, url, answer, latencyMs, redirects, secrets);
    if (redirects === MOST_REDIRECTS) {
      return unanswered(shown(url, secrets), latencyMs, redirects, {
        refused: `more than ${MOST_REDIRECTS} redirects`,
      });
    }
    url = next;
  }
}

type Limit = {
  readonly signal: AbortSignal;
  /** The answer, or `late` when the time that the stage allows was over first. */
  hold<Answer>(asked: Promise<Answer>): Promise<Answer | 'late'>;
};

function limitOf({ within }: HttpStage, signal: AbortSignal): Limit {
  if (within === undefined) return { signal, hold: (asked) => asked };
  const time = AbortSignal.timeout(within * 1000);
  return {
    signal: AbortSignal.any([signal, time]),
    async hold(asked) {
      try {
        return await asked;
      } catch (thrown) {
        signal.throwIfAborted();
        if (time.aborted) return 'late';
        throw thrown;
      }
    },
  };
}

function redirectOf(stage: HttpStage, { status, location }: GuardedAnswer, url: URL): URL | undefined {
  if (status === stage.status || location === undefined || ![301, 302, 303, 307, 308].includes(status))
    return undefined;
  const next = URL.parse(location, url.href);
  if (next === null) return undefined;
  // Credentials go to the host they were written for, and no other.
  if (next.origin === url.origin) [next.username, next.password] = [url.username, url.password];
  return next;
}

function answered(
  stage: HttpStage,
  url: URL,
  answer: GuardedAnswer,
  latencyMs: number,
  redirects: number,
  secrets: readonly string[],
): Json {
  const { status, address, body, isWhole } = answer;
  return {
    url: shown(url, secrets),
    status,
    latencyMs,
    redirects,
    address,
    containsFound: stage.contains === undefined ? null : body.includes(stage.contains),
    bodyIsWhole: isWhole,
    bodyTail: maskText(plainText(body.toString('utf8')), secrets)
      .slice(-1024)
      .toWellFormed(),
  };
}

/** What a service may tell in an answer, such as a page that shows its environment. */
function secretsOfTargets({ deployment }: StageContext): readonly string[] {
  return Object.values(deployment.view.pipeline.environments).flatMap(({ target }) =>
    target.kind === 'process' ? secretsOf(target) : [],
  );
}

function unanswered(url: string, latencyMs: number, redirects: number, why: Partial<Refused>): Json {
  return { url, status: null, latencyMs, redirects, containsFound: null, bodyIsWhole: true, ...why };
}

/** A URL without what nobody may read: credentials, and parameters that are named like them. */
function shown(url: URL, secrets: readonly string[]): string {
  const plain = new URL(url);
  if (plain.username !== '') plain.username = '***';
  if (plain.password !== '') plain.password = '***';
  for (const name of new Set(plain.searchParams.keys()))
    if (isSecretName(name)) plain.searchParams.set(name, '***');
  return maskText(plainText(plain.href), secrets);
}
