import { z } from 'zod';
import { decideToMeasure } from '../../lifecycle/decide.ts';
import { stageViewOf } from '../../lifecycle/standing.ts';
import type { MigrateStage } from '../../pipeline/kinds/migrate.ts';
import { decideAndAppend, openSession } from '../drive/session.ts';
import type { StageContext } from '../kind.ts';
import { progressInWords } from './progress.ts';

/** How often a mark is recorded at most, in milliseconds: a migration of a day makes a history that can be read. */
const RECORD_EVERY_MILLISECONDS = 10_000;

const marked = z.object({ progress: z.string() });

/** Records marks in the history while a migration runs. */
export type ProgressRecorder = {
  readonly record: (mark: string) => void;
  /** Settles once nothing is being written any more. */
  readonly settled: () => Promise<void>;
};

/**
 * The first mark is recorded at once and later ones every ten seconds, so that an executor that vanishes takes little with it. An
 * outage of the store takes a mark and never the migration: the next attempt begins a little earlier.
 */
export function recordProgress(stage: MigrateStage, context: StageContext): ProgressRecorder {
  const { now } = context;
  let recordedAt = Number.NEGATIVE_INFINITY;
  let writing = Promise.resolve();
  return {
    record(mark) {
      if (now() - recordedAt < RECORD_EVERY_MILLISECONDS) return;
      recordedAt = now();
      writing = writing.then(() => recordMark(stage, context, mark)).catch(() => {});
    },
    settled: () => writing,
  };
}

/**
 * Records a mark that was found by looking, unless it is the one that is recorded or another was recorded moments ago: whoever makes us
 * look often makes no long history. An outage of the store takes the mark only.
 */
export async function recordNewMark(stage: MigrateStage, context: StageContext, mark: string): Promise<void> {
  const { store, deployment, now } = context;
  if (markOf(stageViewOf(deployment, stage.name).evidence) === mark) return;
  try {
    const { commits } = await openSession(store, deployment.view.deployment);
    const newest = commits.findLast(({ events }) =>
      events.some(({ type, data }) => type === 'StageMeasured' && data.stage === stage.name),
    );
    if (newest !== undefined && now() - Date.parse(newest.at) < RECORD_EVERY_MILLISECONDS) return;
    await recordMark(stage, context, mark);
  } catch {
    // The next look finds it, or a newer one.
  }
}

async function recordMark(
  stage: MigrateStage,
  { store, deployment, attempt }: StageContext,
  mark: string,
): Promise<void> {
  const judgement = {
    verdict: 'inconclusive',
    expected: `schema ${stage.schema} at version ${stage.to}`,
    observed: progressInWords(mark),
  } as const;
  const measured = { stage: stage.name, attempt, evidence: { progress: mark }, judgement };
  const session = await openSession(store, deployment.view.deployment);
  await decideAndAppend(store, session, (current) => decideToMeasure(current, measured, stage));
}

/** The newest mark of the attempts before this one: of the one that failed last, or what was recorded while it ran. */
export function earlierMark({ name }: MigrateStage, { deployment }: StageContext): string | undefined {
  const { failure, evidence } = stageViewOf(deployment, name);
  return markOf(failure?.evidence) ?? markOf(evidence);
}

function markOf(recorded: unknown): string | undefined {
  return marked.safeParse(recorded).data?.progress;
}
