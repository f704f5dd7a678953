import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type AwsTargetKind, hasMemory, type Use } from '../targets/aws/permissions.ts';
import { acknowledgeResource } from './acknowledge.ts';
import type { ArtifactsBucket } from './artifacts-bucket.ts';
import type { FlagPlaces } from './flag-places.ts';
import type { FunctionName } from './function-catalogue.ts';
import { type BuildsOf, grantBuilds, grantInvocations, grantMetrics } from './grant-stages.ts';
import { grantTargets } from './grant-targets.ts';
import { grantTriggers } from './grant-triggers.ts';
import type { HistoryTable } from './history-table.ts';
import type { NoneventFunction } from './nonevent-function.ts';
import type { Seals } from './seals.ts';

export type GrantFunctionsProps = {
  readonly functions: Readonly<Record<FunctionName, NoneventFunction>>;
  readonly pipelines: readonly Pipeline[];
  readonly history: HistoryTable;
  readonly artifacts: ArtifactsBucket;
  readonly seals: Seals;
  readonly flags: FlagPlaces;
  readonly bus: EventBus;
  /** What comes before a pipeline in the ARN of its state machine. */
  readonly stateMachines: string;
};

/** Gives each function what it needs, and nothing else. docs/aws.md says why for each. */
export function grantFunctions(props: GrantFunctionsProps): void {
  const { functions, history, artifacts, seals, flags, bus, pipelines } = props;
  for (const name of APPENDING) history.grantAppend(functions[name].role);
  for (const name of FINDING) history.grantFind(functions[name].role);
  for (const name of STARTING) grantExecutions(functions[name], props.stateMachines);
  grantStatus(functions.reconcile, props.stateMachines);
  bus.grantPutEventsTo(functions.publish.role);
  for (const name of PLACING) grantTargets(functions[name].role, pipelines, (kind) => usesOf(name, kind));
  for (const name of BUILDING) grantBuilds(functions[name].role, pipelines, BUILDS_OF[name]);
  grantInvocations(functions.stage.role, pipelines);
  grantMetrics(functions.stage.role, pipelines);
  for (const name of PACKING) artifacts.grantReadWrite(functions[name].role);
  for (const name of UNPACKING) artifacts.grantRead(functions[name].role);
  artifacts.grantCopy(functions.trigger.role);
  for (const name of PUBLISHING) flags.grantPublish(functions[name].role);
  seals.grantSeal(functions.seal.role);
  history.grantAppend(functions.seal.role);
  history.grantScan(functions.seal.role);
  for (const name of ANSWERING) grantAnswers(functions[name], props.stateMachines);
  grantTriggers(functions.trigger.role, pipelines);
}

const APPENDING = [
  'stage',
  'undo',
  'enter',
  'conclude',
  'callback',
  'request',
  'rollback',
  'rerun',
  'trigger',
  'stop',
  'flag',
  'unlock',
  'reconcile',
] as const;
/** Whoever looks after everything that is open. */
const FINDING = ['callback', 'reconcile'] as const;
const STARTING = ['request', 'rollback', 'rerun', 'trigger', 'reconcile'] as const;
const PLACING = ['stage', 'undo', 'enter', 'conclude', 'reconcile'] as const;
/** A rollback may have to start a revision again, and the end of a deployment removes those that are of no more use. */
const USES_OF_TARGETS = {
  stage: ['state', 'place', 'route', 'remember', 'counters', 'address', 'runtime'],
  undo: ['state', 'route', 'remove'],
  enter: ['state', 'place', 'remove'],
  conclude: ['state', 'remove'],
  reconcile: ['state', 'remove'],
} as const satisfies Readonly<Record<(typeof PLACING)[number], readonly Use[]>>;
/** What remembers how it was is returned to by that, so nothing has to be made ready for a rollback. */
function usesOf(name: (typeof PLACING)[number], kind: AwsTargetKind): readonly Use[] {
  return name === 'enter' && hasMemory(kind) ? [] : USES_OF_TARGETS[name];
}
const BUILDING = ['stage', 'undo', 'callback', 'stop'] as const;
/** Checks are never undone. Whoever looks after builds begins one where a crash came between its record and its beginning. */
const BUILDS_OF = {
  stage: 'every stage',
  undo: 'changes',
  callback: 'every stage',
  stop: 'every stage',
} as const satisfies Readonly<Record<(typeof BUILDING)[number], BuildsOf>>;
const PACKING = ['stage'] as const;
/** A revision that runs no more is placed again, and what takes a change back is in the release. */
const UNPACKING = ['undo', 'enter'] as const;
const PUBLISHING = ['stage', 'undo', 'flag'] as const;
/** A stop answers for what waits for somebody outside. */
const ANSWERING = ['stage', 'callback', 'stop'] as const;

/** The version that fits a deployment is found and started: of the system's own state machines only. */
function grantExecutions({ role }: NoneventFunction, stateMachines: string): void {
  const resource = `${stateMachines}*`;
  role.addToPolicy(
    new PolicyStatement({
      actions: ['states:ListStateMachineVersions', 'states:DescribeStateMachine', 'states:StartExecution'],
      resources: [resource],
    }),
  );
  acknowledgeResource(
    role,
    resource,
    'The state machines of this system, by the beginning of their names, and their versions, whose numbers are not known beforehand.',
  );
}

/** Only whoever drives on has to know whether an execution lives. */
function grantStatus({ role }: NoneventFunction, stateMachines: string): void {
  const resource = `${stateMachines.replace(':stateMachine:', ':execution:')}*`;
  role.addToPolicy(new PolicyStatement({ actions: ['states:DescribeExecution'], resources: [resource] }));
  acknowledgeResource(
    role,
    resource,
    'The executions of this system, which are named by deployments to come.',
  );
}

/** A task that waits is answered by its token; the permission is on the state machine that gave it. */
function grantAnswers({ role }: NoneventFunction, stateMachines: string): void {
  const resource = `${stateMachines}*`;
  role.addToPolicy(
    new PolicyStatement({
      actions: ['states:SendTaskSuccess', 'states:SendTaskFailure'],
      resources: [resource],
    }),
  );
  acknowledgeResource(role, resource, 'The state machines of this system, by the beginning of their names.');
}
