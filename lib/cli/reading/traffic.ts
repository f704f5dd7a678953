import { join } from 'node:path';
import type { DeploymentView } from '../../lifecycle/view.ts';
import { shiftCapture, withTraffic } from '../../stages/weights.ts';
import { trafficSplit } from '../../targets/process/traffic-split.ts';
import type { Weights } from '../../targets/target.ts';
import type { System } from '../system.ts';

/** The traffic that each revision gets, by environment and pipeline; `undefined` where that cannot be read. */
export type EveryTraffic = Readonly<Record<string, Readonly<Record<string, Weights | undefined>>>>;

/** Reads the weights of targets as their routers have them. Those of a stack are not asked: reading a history needs no right to look at targets. */
export async function readEveryTraffic(
  system: System,
  pipelines: Readonly<Record<string, readonly string[]>>,
): Promise<EveryTraffic> {
  if (system.kind === 'stack') return {};
  const { targets } = system.folder;
  const environments = Object.entries(pipelines).map(async ([environment, names]) => {
    const weights = names.map(async (name) => {
      const folder = join(targets, environment, name);
      return [name, await trafficSplit(folder).catch(() => undefined)] as const;
    });
    return [environment, Object.fromEntries(await Promise.all(weights))] as const;
  });
  return Object.fromEntries(await Promise.all(environments));
}

/** How a running deployment has split the traffic; `undefined` where it has shifted none, or has given it back. Pure. */
export function trafficOfRunning({ outcome, stages }: DeploymentView): Weights | undefined {
  const shifts = stages.filter(({ kind }) => kind === 'shift');
  const isGivenBack = shifts.some(({ state }) => state === 'undone' || state === 'undoing');
  if (outcome !== undefined || isGivenBack) return undefined;
  const newest = shifts.findLast(({ state }) => state === 'passed' || state === 'reused');
  return shiftCapture.safeParse(newest?.evidence).data?.weights;
}

/**
 * A split in words, by version: `2.0.0 50 % · 3.1.0 50 %`; by revision where two have the same version, the new one last. `undefined` where one
 * revision gets everything. Pure.
 */
export function splitInWords(
  weights: Weights | undefined,
  isNew: (revision: string) => boolean,
): string | undefined {
  const shares = Object.entries(withTraffic(weights ?? {})).toSorted(
    ([left], [right]) => Number(isNew(left)) - Number(isNew(right)),
  );
  if (shares.length < 2) return undefined;
  const versions = shares.map(([revision]) => versionOf(revision));
  const areDistinct = new Set(versions).size === versions.length;
  return shares
    .map(([revision, percent]) => `${areDistinct ? versionOf(revision) : revision} ${percent} %`)
    .join(' · ');
}

/** The version in a revision's name, which ends in the first digits of its deployment's id. */
export function versionOf(revision: string): string {
  return revision.replace(/-[0-9a-f]{8}$/, '');
}
