import { Aws, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { METRICS_NAMESPACE } from '../aws/system-metric.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type AuditOutputs, OUTPUT_PREFIX, type StackOutputs } from '../stages/cloud/stack-outputs.ts';
import { Alarms } from './alarms.ts';
import { ArtifactsBucket } from './artifacts-bucket.ts';
import { AuditsBucket } from './audits-bucket.ts';
import { type FunctionCode, withBundles } from './bundles.ts';
import { dataKey } from './data-key.ts';
import { definitionsLayer, LAYERS } from './definitions-layer.ts';
import { DistributedAudit } from './distributed-audit.ts';
import { closedEventBus } from './event-bus.ts';
import { FlagPlaces } from './flag-places.ts';
import type { FunctionName } from './function-catalogue.ts';
import { grantCommandLine, grantConnect } from './grant-command-line.ts';
import { grantFunctions } from './grant-functions.ts';
import { HistoryTable } from './history-table.ts';
import { Inbound } from './inbound.ts';
import { KEPT, type Keeping, THROWN_AWAY } from './keeping.ts';
import type { NoneventFunction } from './nonevent-function.ts';
import { noneventFunctions } from './nonevent-functions.ts';
import { operationsDashboard } from './operations-dashboard.ts';
import { PipelineMachine } from './pipeline-machine.ts';
import { publishHistory } from './publish-history.ts';
import { requireInstallable } from './require-installable.ts';
import { Seals } from './seals.ts';
import { Triggers } from './triggers.ts';

export type DeploymentSystemProps = {
  /** The pipelines to install, as `readPipeline` reads them. Each becomes a state machine. */
  readonly pipelines: readonly Pipeline[];
  /**
   * Comes before each pipeline's name in the name of its state machine, and tells this system's metrics from others': 1 to 29
   * letters, digits and hyphens.
   *
   * @default the name of the stack
   */
  readonly name?: string;
  /** Other accounts that may put requests on the bus. @default only the account itself */
  readonly accounts?: readonly string[];
  /** How long logs are kept. @default a year */
  readonly logRetention?: RetentionDays;
  /** What becomes of histories, artifacts and seals when the stack is deleted. @default 'kept' */
  readonly data?: 'kept' | 'deleted with the stack';
  /** Is told of every alarm. @default alarms only change their state */
  readonly alarmTopic?: ITopic;
  /** The code of the functions. @default bundled from functions/aws with esbuild */
  readonly code?: FunctionCode;
};

/** Nonevent in an account: the histories, the functions, a state machine for each pipeline, and the bus that requests come in by. */
export class DeploymentSystem extends Construct {
  readonly history: HistoryTable;
  readonly artifacts: ArtifactsBucket;
  readonly seals: Seals;
  readonly audits: AuditsBucket;
  readonly bus: EventBus;
  readonly functions: Readonly<Record<FunctionName, NoneventFunction>>;
  readonly machines: readonly PipelineMachine[];
  readonly distributedAudit: DistributedAudit;
  /** What comes before a pipeline in the ARN of its state machine. */
  readonly #stateMachines: string;

  constructor(scope: Construct, id: string, props: DeploymentSystemProps) {
    super(scope, id);
    const { pipelines, accounts = [], logRetention = RetentionDays.ONE_YEAR } = props;
    const name = props.name ?? Stack.of(this).stackName;
    requireInstallable(pipelines, name);
    const keeping: Keeping = props.data === 'deleted with the stack' ? THROWN_AWAY : KEPT;
    const stateMachines = `arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:stateMachine:${name}-`;
    this.#stateMachines = stateMachines;

    const key = dataKey(this, keeping);
    this.history = new HistoryTable(this, 'History', { key, keeping });
    this.artifacts = new ArtifactsBucket(this, 'Artifacts', { key, keeping });
    this.seals = new Seals(this, 'Seals', { key, keeping });
    this.audits = new AuditsBucket(this, 'Audits', { key, keeping });
    this.bus = closedEventBus(this, accounts);
    const flags = new FlagPlaces(this, 'Flags', { name, pipelines });

    const variables = {
      NONEVENT_ACCOUNT: Aws.ACCOUNT_ID,
      NONEVENT_TABLE: this.history.table.tableName,
      NONEVENT_ARTIFACTS: this.artifacts.bucket.bucketName,
      NONEVENT_DEFINITIONS: LAYERS,
      NONEVENT_BUS: this.bus.eventBusName,
      NONEVENT_STATE_MACHINES: stateMachines,
      NONEVENT_SEALS: this.seals.bucket.bucketName,
      NONEVENT_AUDITS: this.audits.bucket.bucketName,
      NONEVENT_SIGNING_KEY: this.seals.signingKey.keyArn,
      NONEVENT_FLAGS: Stack.of(this).toJsonString(flags.variable),
      NODE_OPTIONS: '--enable-source-maps',
      POWERTOOLS_SERVICE_NAME: name,
      POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
    };
    const build = (code: FunctionCode) => noneventFunctions(this, { code, variables, logRetention });
    this.functions = props.code === undefined ? withBundles(build) : build(props.code);
    grantFunctions({
      functions: this.functions,
      pipelines,
      history: this.history,
      artifacts: this.artifacts,
      seals: this.seals,
      flags,
      bus: this.bus,
      stateMachines,
    });

    const log = new LogGroup(this, 'Executions', {
      // With this prefix Step Functions needs no resource policy that could grow too long
      // (https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html).
      logGroupName: `/aws/vendedlogs/states/${name}`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { stage, undo, enter, conclude } = this.functions;
    const called = {
      stage: stage.function,
      undo: undo.function,
      enter: enter.function,
      conclude: conclude.function,
    };
    this.machines = pipelines.map(
      (pipeline) =>
        new PipelineMachine(this, `Pipeline ${pipeline.pipeline}`, {
          pipeline,
          name: `${name}-${pipeline.pipeline}`,
          functions: called,
          log,
        }),
    );

    this.distributedAudit = new DistributedAudit(this, 'DistributedAudit', {
      audits: this.audits,
      functions: this.functions,
      log,
    });

    new Inbound(this, 'Inbound', { bus: this.bus, functions: this.functions, stateMachines, accounts });
    this.functions.trigger.function.addLayers(definitionsLayer(this, pipelines));
    new Triggers(this, 'Triggers', { pipelines, to: this.functions.trigger });
    publishHistory(this.history.table, this.functions.publish);
    const alarms = new Alarms(this, 'Alarms', { name, functions: this.functions, topic: props.alarmTopic });
    operationsDashboard(this, {
      name,
      alarms: alarms.all,
      functions: this.functions,
      machines: this.machines,
    });
    this.#tell({
      Bus: this.bus.eventBusName,
      Table: this.history.table.tableName,
      Artifacts: this.artifacts.bucket.bucketName,
      Audits: this.audits.bucket.bucketName,
      AuditMachine: this.distributedAudit.stateMachine.stateMachineArn,
      Region: Aws.REGION,
      StateMachines: stateMachines,
    });
  }

  /**
   * Lets a grantee deploy, stop and roll back: put requests on the bus, keep the artifact that is to be deployed, and see what is
   * installed. The command line reads histories as well: `grantRead`.
   */
  grantTrigger(grantee: IGrantable): void {
    this.bus.grantPutEventsTo(grantee);
    this.artifacts.grantReadWrite(grantee);
    grantCommandLine(grantee, { bus: this.bus, stateMachines: this.#stateMachines });
  }

  /** Lets a grantee read all histories and artifacts, and audit them. */
  grantRead(grantee: IGrantable): void {
    grantConnect(grantee, this);
    this.history.grantAudit(grantee);
    this.artifacts.grantRead(grantee);
    this.seals.grantRead(grantee);
  }

  /** Lets a grantee verify all histories in AWS, by an export: `nonevent audit verify --distributed`. */
  grantDistributedAudit(grantee: IGrantable): void {
    this.distributedAudit.grantRun(grantee, this.history.table);
  }

  /** What `nonevent connect` reads from the stack; their names are looked for, so they are plain. */
  #tell(outputs: StackOutputs & AuditOutputs): void {
    for (const [output, value] of Object.entries(outputs)) {
      new CfnOutput(this, `Output ${output}`, { value }).overrideLogicalId(`${OUTPUT_PREFIX}${output}`);
    }
  }
}
