import { z } from 'zod';
import type { Commit } from '../history/event-store.ts';
import type { Event } from '../history/events.ts';
import type { CheckStage } from '../pipeline/stage.ts';
import { inputsDigest } from '../stages/reuse/inputs-digest.ts';

/** Steps as they were written, which a later version may read with more fields than its digests were made of. */
const named = z.looseObject({ name: z.string(), kind: z.string() });
const step = z.union([z.object({ stages: z.array(named) }).transform(({ stages }) => stages), named]);
const written = z.array(z.object({ data: z.object({ pipeline: z.object({ stages: z.array(step) }) }) }));

/**
 * Holds the digest of what a check depends on against the opening and the artifact that reaches the check. Only of commands: they
 * depend on nothing of an environment, and so on nothing that no history holds.
 *
 * Give it every event in order; it gives what is wrong with one.
 */
export function inspectInputs(first: Commit): (event: Event) => string | undefined {
  const [opening] = first.events;
  if (opening?.type !== 'DeploymentRequested') return () => undefined;
  const { release } = opening.data;
  // Stages run side by side, so any artifact of before may be the one that reached the check.
  const artifacts = [opening.data.artifact ?? release.artifact];
  const read = written.safeParse(JSON.parse(first.body).slice(0, 1));
  const commands = new Map(
    (read.data?.[0]?.data.pipeline.stages.flat() ?? [])
      .filter(({ kind }) => kind === 'command')
      .map((stage) => [stage.name, stage] as const),
  );
  return ({ type, data }) => {
    if (type !== 'StagePassed' && type !== 'StageReused') return undefined;
    const stage = commands.get(data.stage);
    const before = [...artifacts];
    if (data.artifact !== undefined) artifacts.push(data.artifact);
    if (stage === undefined || data.inputs === undefined) return undefined;
    const expected = before.map((artifact) =>
      inputsDigest(stage as unknown as CheckStage, { release, artifact }, null),
    );
    if (expected.includes(data.inputs)) return undefined;
    return `what ${data.stage} depends on has the digest ${data.inputs}, expected ${expected.join(' or ')} by the release and the artifact`;
  };
}
