import { isDeepStrictEqual } from 'node:util';
import { digestOf } from '../history/digests.ts';
import type { Commit, StreamName } from '../history/event-store.ts';
import { deploymentStream } from '../history/stream-name.ts';
import { decideToConclude } from '../lifecycle/decide.ts';
import { replay } from '../lifecycle/replay.ts';
import { NoneventError } from '../nonevent-error.ts';
import { byteRangeOf } from './byte-range.ts';
import { OUTCOMES } from './deployment-facts.ts';
import type { Finding } from './finding.ts';
import { inspectAttempts } from './inspect-attempts.ts';
import { inspectInputs } from './inspect-inputs.ts';
import type { Inspector } from './inspector.ts';

/**
 * Holds a deployment's history against the machine that its opening event pins: it opens as itself, with the definition
 * that its digest names; every event is legal where it stands; no start of an attempt is missing; only a rerun takes
 * anything over; what a check depends on has the digest that it has to; the closing summary is what the events come to. Whether
 * another history holds what was taken over is asked by `unfoundedClaims`.
 */
export function inspectDeployment(stream: StreamName): Inspector {
  const commits: Commit[] = [];
  return {
    commit(commit) {
      commits.push(commit);
      return commit.seq === 1 ? openingFinding(stream, commit) : undefined;
    },
    end() {
      if (commits.length === 0) return undefined;
      return (
        illegality(commits) ??
        attemptFinding(commits) ??
        reuseFinding(commits) ??
        inputsFinding(commits) ??
        summaryFinding(commits)
      );
    },
  };
}

function openingFinding(stream: StreamName, commit: Commit): Finding | undefined {
  const [opening] = commit.events;
  // Anything else is found by the replay.
  if (opening?.type !== 'DeploymentRequested') return undefined;
  const { deployment, pipelineDigest } = opening.data;
  if (stream !== deploymentStream(deployment))
    return findingAt(commit, 0, `it opens deployment ${deployment}, expected that of ${stream}`);
  // The digest was made of the definition as it was written, before any later version read it.
  const written = JSON.parse(commit.body)[0].data.pipeline;
  const digest = digestOf(written);
  if (digest === pipelineDigest) return undefined;
  return findingAt(commit, 0, `the pinned pipeline digests to ${digest}, but it records ${pipelineDigest}`);
}

/** The first event that the machine does not accept. */
function illegality(commits: readonly Commit[]): Finding | undefined {
  const problem = problemOf(commits);
  if (problem === undefined) return undefined;
  const before: Commit[] = [];
  for (const commit of commits) {
    for (const index of commit.events.keys()) {
      const found = problemOf([...before, { ...commit, events: commit.events.slice(0, index + 1) }]);
      if (found !== undefined) return findingAt(commit, index, found);
    }
    before.push(commit);
  }
  return undefined;
}

function problemOf(commits: readonly Commit[]): string | undefined {
  try {
    replay(commits);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof NoneventError) return thrown.message;
    throw thrown;
  }
}

function inputsFinding(commits: readonly Commit[]): Finding | undefined {
  const [opening] = commits;
  const problemWith = opening && inspectInputs(opening);
  for (const commit of commits) {
    for (const [index, event] of commit.events.entries()) {
      const problem = problemWith?.(event);
      if (problem !== undefined) return findingAt(commit, index, problem);
    }
  }
  return undefined;
}

function attemptFinding(commits: readonly Commit[]): Finding | undefined {
  const problemWith = inspectAttempts();
  for (const commit of commits) {
    for (const [index, event] of commit.events.entries()) {
      const problem = problemWith(event);
      if (problem !== undefined) return findingAt(commit, index, problem);
    }
  }
  return undefined;
}

/** Only a deployment that runs another one again has anything to take over. */
function reuseFinding(commits: readonly Commit[]): Finding | undefined {
  const opening = commits[0]?.events[0];
  if (opening?.type === 'DeploymentRequested' && opening.data.of !== undefined) return undefined;
  for (const commit of commits) {
    const index = commit.events.findIndex(({ type }) => type === 'StageReused');
    if (index >= 0)
      return findingAt(commit, index, 'it takes a check over, but runs no other deployment again');
  }
  return undefined;
}

/** Holds the summary that a listing shows against the fold of everything before it. */
function summaryFinding(commits: readonly Commit[]): Finding | undefined {
  for (const [place, commit] of commits.entries()) {
    for (const [index, event] of commit.events.entries()) {
      if (OUTCOMES[event.type] === undefined || !('summary' in event.data)) continue;
      const upToHere = [...commits.slice(0, place), { ...commit, events: commit.events.slice(0, index) }];
      const expected = summaryOf(upToHere);
      if (!isDeepStrictEqual(event.data.summary, expected))
        return findingAt(
          commit,
          index,
          `its summary is ${JSON.stringify(event.data.summary)}, but the events before it come to ${JSON.stringify(expected)}`,
        );
    }
  }
  return undefined;
}

function summaryOf(commits: readonly Commit[]): unknown {
  const [concluded] = decideToConclude(replay(commits), 'succeeded', 'none');
  return concluded?.type === 'DeploymentSucceeded' ? concluded.data.summary : undefined;
}

/** A finding about one event of a commit. */
export function findingAt(commit: Commit, index: number, problem: string): Finding {
  const bytes = byteRangeOf(commit.body, index);
  return { stream: commit.stream, seq: commit.seq, problem, ...(bytes === undefined ? {} : { bytes }) };
}
