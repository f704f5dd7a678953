import { isDeepStrictEqual } from 'node:util';
import { digestOf } from '../history/digests.ts';
import type { Event, EventData } from '../history/events.ts';
import { changesOf } from '../pipeline/steps.ts';
import type { DeploymentFacts, Standing } from './deployment-facts.ts';
import type { Finding } from './finding.ts';
import { findingAt } from './inspect-deployment.ts';
import type { Inspector } from './inspector.ts';

/** What a stream says about a deployment, which that one's own history has to say too. */
export type Claim = {
  /** The deployment that it is about. */
  readonly on: string;
  /** Where it is said. */
  readonly at: Omit<Finding, 'problem'>;
} & (
  | {
      readonly asks: 'standing';
      /** What is wrong with it; given `undefined` for a deployment that has no history. */
      readonly problem: (standing: Standing | undefined) => string | undefined;
    }
  | { readonly asks: 'facts'; readonly problem: (facts: DeploymentFacts | undefined) => string | undefined }
);

/** Notes what a stream says about deployments of other streams. */
export function notingClaims(claims: Claim[]): Inspector {
  return {
    commit(commit) {
      for (const [index, event] of commit.events.entries()) {
        const claim = claimOf(event);
        if (claim === undefined) continue;
        const { problem: _, ...at } = findingAt(commit, index, '');
        claims.push({ ...claim, at });
      }
      return undefined;
    },
    end: () => undefined,
  };
}

/** What does not hold by the facts; `undefined` facts for a deployment that has no history. Pure. */
export function unfoundedIn(
  facts: DeploymentFacts | undefined,
  claims: readonly Claim[],
): readonly Finding[] {
  return claims.flatMap((claim) => {
    const problem = claim.problem(facts);
    return problem === undefined ? [] : [{ ...claim.at, problem }];
  });
}

/** At most one finding for each stream, the first. Pure. */
export function firstOfEach(findings: readonly Finding[]): readonly Finding[] {
  const [...streams] = Map.groupBy(findings, ({ stream }) => stream).values();
  return streams.flatMap((of) => of.toSorted((one, other) => one.seq - other.seq).slice(0, 1));
}

type Unplaced<Of> = Of extends Claim ? Omit<Of, 'at'> : never;

function claimOf(event: Event): Unplaced<Claim> | undefined {
  switch (event.type) {
    case 'DeploymentRequested':
      return ofOpening(event.data);
    case 'StageReused':
      return ofReuse(event.data);
    case 'LiveChanged':
      return { on: event.data.live.deployment, asks: 'standing', problem: notToBeLive(event.data) };
    case 'LeaseAcquired':
      if (event.data.ahead !== true) return undefined;
      return { on: event.data.deployment, asks: 'standing', problem: notAhead(event.data) };
    case 'LeaseFreed':
      return { on: event.data.deployment, asks: 'standing', problem: notEnded(event.data) };
    default:
      return undefined;
  }
}

function ofReuse(taken: EventData<'StageReused'>): Unplaced<Claim> {
  return {
    on: taken.from,
    asks: 'facts',
    problem: (facts) =>
      facts?.passes.some((pass) => isSamePass(pass, taken))
        ? undefined
        : `it takes ${taken.stage} over from deployment ${taken.from}, whose history holds no such pass`,
  };
}

function isSamePass(pass: EventData<'StagePassed'>, taken: EventData<'StageReused'>): boolean {
  const of = ({ stage, evidence, judgement, artifact, inputs }: typeof pass | typeof taken) => ({
    stage,
    evidence,
    judgement,
    artifact,
    inputs,
  });
  return isDeepStrictEqual(of(pass), of(taken));
}

/** What runs another deployment again, or undoes it, has its definition and its release; a rollback what it captured, too. */
function ofOpening(opening: EventData<'DeploymentRequested'>): Unplaced<Claim> | undefined {
  const { of, kind, release, captures } = opening;
  if (of === undefined) return undefined;
  const pipeline = digestOf(opening.pipeline);
  const changes = kind === 'rollback' ? changesOf(opening.pipeline).map(({ name }) => name) : undefined;
  const does = kind === 'rollback' ? `it undoes deployment ${of}` : `it runs deployment ${of} again`;
  return {
    on: of,
    asks: 'facts',
    problem(facts) {
      if (facts === undefined) return `${does}, which has no history`;
      if (facts.pipeline !== pipeline) return `${does}, which pinned another pipeline`;
      if (!isDeepStrictEqual(facts.release, release)) return `${does}, which was of another release`;
      if (changes === undefined) return undefined;
      if (facts.kind !== 'forward' || facts.outcome !== 'succeeded')
        return `${does}, which has not succeeded`;
      const captured = changes.filter((name) => facts.captures.has(name));
      const expected = Object.fromEntries(captured.map((name) => [name, facts.captures.get(name)]));
      if (isDeepStrictEqual({ ...captures }, expected)) return undefined;
      return `${does} with other captures than the history of that one holds`;
    },
  };
}

/** It is made live when its last stage has passed, before its history is closed. */
function notToBeLive({ live: { revision, deployment } }: EventData<'LiveChanged'>) {
  const becomes = `${revision} becomes live, but deployment ${deployment}`;
  return (standing: Standing | undefined): string | undefined => {
    if (standing === undefined) return `${becomes} has no history`;
    if (standing.kind === 'rollback') return `${becomes} is a rollback, which places nothing`;
    const { outcome } = standing;
    return outcome === undefined || outcome === 'succeeded' ? undefined : `${becomes} ended ${outcome}`;
  };
}

function notAhead({ deployment }: EventData<'LeaseAcquired'>) {
  return (standing: Standing | undefined): string | undefined =>
    standing?.kind === 'rollback'
      ? undefined
      : `deployment ${deployment} acquires the lease before those that wait, but ${standing === undefined ? 'has no history' : 'is no rollback'}`;
}

/** One without a history may be freed: an executor that woke up late took the lease for nobody. */
function notEnded({ deployment }: EventData<'LeaseFreed'>) {
  return (standing: Standing | undefined): string | undefined =>
    standing !== undefined && standing.outcome === undefined
      ? `deployment ${deployment} is freed of the lease, but has not ended`
      : undefined;
}
