import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { type AnyMachineSnapshot, type AnyStateMachine, getInitialSnapshot, transition } from 'xstate';
import { compileMachine } from '../lib/lifecycle/machine.ts';
import { machineEventOf } from '../lib/lifecycle/machine-event.ts';
import { type Recorded, replay } from '../lib/lifecycle/replay.ts';
import { fastest } from './fastest.ts';
import { print } from './print.ts';
import { histories, PIPELINE } from './replay-histories.ts';

/**
 * Replaying parsed events to state and view against XState's `transition()` over the same machine events, which gives the
 * state only. Goals: at least 25x, and at least a million events per second. Both run over the same histories in the same
 * process, in turns; the fastest turn of each counts.
 */
export async function run(): Promise<void> {
  const recorded = histories();
  const machine = compileMachine(PIPELINE);
  const machineEvents = recorded.map(machineEventsOf);
  requireEqualEnds(machine, recorded, machineEvents);
  const [plain, replayed] = fastest([
    () => machineEvents.map((events) => walk(machine, events)),
    () => recorded.map((commits) => replay(commits)),
  ]);
  const events = recorded.flatMap((commits) => commits.flatMap((commit) => commit.events)).length;
  print(`replay: ratio ${(plain / replayed).toFixed(1)}x of plain transition() (goal 25x)`);
  print(`replay, events per second: ${Math.round((events / replayed) * 1000)} (goal 1000000)`);
}

function machineEventsOf(commits: readonly Recorded[]): readonly string[] {
  return commits
    .flatMap((commit) => commit.events)
    .map((event) => machineEventOf(event as Parameters<typeof machineEventOf>[0]))
    .filter((event) => event !== undefined);
}

function walk(machine: AnyStateMachine, events: readonly string[]): AnyMachineSnapshot {
  let snapshot: AnyMachineSnapshot = getInitialSnapshot(machine);
  for (const type of events) [snapshot] = transition(machine, snapshot, { type });
  return snapshot;
}

/** Two ways that end elsewhere would not be worth comparing. */
function requireEqualEnds(
  machine: AnyStateMachine,
  recorded: readonly (readonly Recorded[])[],
  machineEvents: readonly (readonly string[])[],
): void {
  for (const [index, commits] of recorded.entries()) {
    const end = replay(commits).state.join();
    const plain = walk(machine, machineEvents[index] ?? []).value;
    if (end !== plain)
      throw new Error(`replay ends in ${end}, plain transition() in ${JSON.stringify(plain)}`);
  }
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) await run();
