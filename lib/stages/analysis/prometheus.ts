import { z } from 'zod';
import { canonicalJson } from '../../history/canonical-json.ts';
import type { Judgement } from '../../history/deployment-events.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { AnalysisStage } from '../../pipeline/kinds/analysis.ts';
import { prometheusMetricsOf } from '../../pipeline/kinds/cloud-criteria.ts';
import type { PrometheusBound } from '../../pipeline/kinds/prometheus-criteria.ts';
import type { Target } from '../../targets/target.ts';
import { guardedRequest } from '../guarded-request.ts';
import type { Json, StageContext } from '../kind.ts';
import { revisionOf } from '../revision.ts';
import { targetOf } from '../target-of.ts';
import { holdPrometheus, keptOf, type PrometheusSeen, prometheusSeen } from './hold-prometheus.ts';
import { liveBeside } from './measure.ts';
import { type ReadValue, valueIn } from './prometheus-value.ts';

const beginning = z.object({
  at: z.number(),
  candidate: z.string(),
  live: z.string().nullable(),
  /** What each metric was, or why that is not known. */
  before: z.array(z.union([z.object({ value: z.number().nullable() }), z.object({ problem: z.string() })])),
});

const seenSince = z.object({
  /** When the analysis began; an attempt that measures anew holds nothing of one before against the revision. */
  since: z.number().optional(),
  observedSeconds: z.number().min(0),
  metrics: z.array(prometheusSeen),
});

/** The longest text that is read. */
const TEXT_LIMIT = 1024 * 1024;
const ANSWER_WITHIN_MS = 5_000;

/** Whether an analysis is about metrics that revisions tell themselves. */
export function watchesPrometheus(stage: AnalysisStage): boolean {
  return prometheusMetricsOf(stage).length > 0;
}

/** Takes note of what the counters of the new revision were, and of what is live beside it. */
export async function beginPrometheus(stage: AnalysisStage, context: StageContext): Promise<Json> {
  const { view } = context.deployment;
  const target = await targetOf(context, stage.environment);
  const { revision: candidate } = revisionOf(view);
  const { weights } = await target.state();
  const live = liveBeside(weights, view, stage.environment);
  const read = await reading(target, candidate, context, stage);
  return { at: context.now(), candidate, live, before: prometheusMetricsOf(stage).map(read) };
}

/**
 * Asks the new revision, and where a bound compares them the live one, what they tell now. `earlier` is what the look before has
 * seen: a counter that a crash began anew is known by it.
 */
export async function observePrometheus(
  stage: AnalysisStage,
  context: StageContext,
  begun: Json,
  earlier: Json,
): Promise<Json> {
  const from = beginning.parse(begun);
  const { since, metrics: known = [] } = seenSince.safeParse(earlier).data ?? {};
  const seenBefore = since === from.at ? known : [];
  const bounds = prometheusMetricsOf(stage);
  const compared = bounds.filter(isCompared);
  const target = await targetOf(context, stage.environment);
  const ours = await reading(target, from.candidate, context, stage);
  const theirs =
    from.live === null || compared.length === 0
      ? undefined
      : await reading(target, from.live, context, stage, compared);
  const observedSeconds = Math.max(0, Math.floor(context.now() - from.at) / 1000);
  const metrics = bounds.map((bound, index): PrometheusSeen => {
    const [now, before] = [ours(bound), from.before[index] ?? { problem: 'nothing is known from before' }];
    const live = isCompared(bound) ? theirs?.(bound) : undefined;
    const known = bound.prometheus.type === 'counter' ? [now, before] : [now];
    return {
      of: bound.prometheus,
      now: readValueOf(now),
      before: readValueOf(before),
      ...keptOf(seenBefore.find(({ of }) => canonicalJson(of) === canonicalJson(bound.prometheus))),
      live: isCompared(bound)
        ? { revision: from.live, now: live === undefined ? null : readValueOf(live) }
        : null,
      problem: known.flatMap((one) => ('problem' in one ? [one.problem] : []))[0] ?? null,
    };
  });
  return { since: from.at, observedSeconds, metrics };
}

/** A violation rejects at once; a pass needs the whole time, and every bound to hold. Pure. */
export function judgePrometheus(stage: AnalysisStage, recorded: Json): Judgement {
  const seen = seenSince.safeParse(recorded);
  if (!seen.success) {
    const expected = 'metrics of the new revision';
    return { verdict: 'inconclusive', expected, observed: 'no readable evidence of its metrics' };
  }
  const { observedSeconds: observed, metrics } = seen.data;
  const held = holdPrometheus(prometheusMetricsOf(stage), metrics, { observed, needed: stage.for });
  const early = observed < stage.for ? [`${observed} s of ${stage.for} s observed`] : [];
  const judged = {
    expected: held.map((one) => one.expected).join(' and '),
    observed: [...held.map((one) => one.observed), ...early].join('; '),
  };
  if (held.some(({ holds }) => holds === false)) return { verdict: 'fail', ...judged };
  const passes = held.length > 0 && early.length === 0 && held.every(({ holds }) => holds === true);
  return { verdict: passes ? 'pass' : 'inconclusive', ...judged };
}

function isCompared({ maxIncrease, maxRatio }: PrometheusBound): boolean {
  return maxIncrease !== undefined || maxRatio !== undefined;
}

function readValueOf(read: ReadValue): number | null {
  return 'problem' in read ? null : read.value;
}

/** Asks a revision once for each path, and tells every metric from that. */
async function reading(
  target: Target,
  revision: string,
  context: StageContext,
  stage: AnalysisStage,
  bounds = prometheusMetricsOf(stage),
): Promise<(bound: PrometheusBound) => ReadValue> {
  const paths = [...new Set(bounds.map(({ prometheus }) => prometheus.path))];
  const address = await target.address({ revision });
  const texts = new Map(
    await Promise.all(
      paths.map(async (path) => [path, await textAt(address, path, revision, context)] as const),
    ),
  );
  return ({ prometheus }) => {
    const text = texts.get(prometheus.path);
    if (text === undefined) return { problem: 'not asked' };
    return 'problem' in text ? text : valueIn(text.text, prometheus);
  };
}

async function textAt(
  address: string | undefined,
  path: string,
  revision: string,
  { addresses, signal }: StageContext,
): Promise<{ readonly text: string } | { readonly problem: string }> {
  if (address === undefined) return { problem: `${revision} has no address of its own here` };
  const patience = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  try {
    const answer = await guardedRequest(new URL(path, address), addresses, patience, TEXT_LIMIT);
    if ('refused' in answer) return { problem: answer.refused };
    if (answer.status !== 200) return { problem: `${path} answers with status ${answer.status}` };
    if (!answer.isWhole) return { problem: `${path} answers with more than 1 MB` };
    return { text: answer.body.toString('utf8') };
  } catch (thrown) {
    signal.throwIfAborted();
    const isLate = patience.aborted && !(thrown instanceof NoneventError);
    return { problem: isLate ? `${path} does not answer within 5 s` : messageOf(thrown) };
  }
}
