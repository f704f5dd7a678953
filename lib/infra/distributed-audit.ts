import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type AuditFunctions, auditStatesLanguage } from '../audit/distributed/states-language.ts';
import { acknowledge, acknowledgeResource } from './acknowledge.ts';
import type { AuditsBucket } from './audits-bucket.ts';
import type { FunctionName } from './function-catalogue.ts';
import type { NoneventFunction } from './nonevent-function.ts';

export type DistributedAuditProps = {
  readonly audits: AuditsBucket;
  readonly functions: Readonly<Record<FunctionName, NoneventFunction>>;
  readonly log: ILogGroup;
};

/** The state machine that verifies an export of the table with as many functions as it has files. */
export class DistributedAudit extends Construct {
  readonly stateMachine: StateMachine;
  readonly #audits: AuditsBucket;

  constructor(scope: Construct, id: string, { audits, functions, log }: DistributedAuditProps) {
    super(scope, id);
    this.#audits = audits;
    const called: Readonly<Record<keyof AuditFunctions, NoneventFunction>> = {
      groupFile: functions['group-file'],
      foldSeals: functions['fold-seals'],
      verifyGroup: functions['verify-group'],
      concludeVerification: functions['conclude-verification'],
    };
    for (const { role } of Object.values(called)) audits.grantReadWriteRuns(role);
    for (const { role } of [called.groupFile, called.foldSeals, called.verifyGroup])
      audits.grantReadExports(role);
    const arns = Object.fromEntries(
      Object.entries(called).map(([placeholder, of]) => [placeholder, of.function.functionArn]),
    );
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: 'Verifies exports of the histories',
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: Object.values(arns) }),
    );
    // The items of the first map are the lines of an export's manifest.
    audits.grantReadExports(role);
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      definitionBody: DefinitionBody.fromString(JSON.stringify(auditStatesLanguage())),
      definitionSubstitutions: arns,
      role,
      tracingEnabled: true,
      logs: { destination: log, level: LogLevel.ALL, includeExecutionData: false },
    });
    this.#allowDistributing(role);
    acknowledge(role, {
      'AwsSolutions-IAM5[Resource::*]':
        'The log deliveries and X-Ray segments of Step Functions know no resources (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html).',
    });
  }

  /** Lets a grantee verify the table by an export: `nonevent audit verify --distributed`. */
  grantRun(grantee: IGrantable, table: Table): void {
    const allow = (actions: string[], ...resources: string[]): void => {
      grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
    };
    const exportsOfTable = `${table.tableArn}/export/*`;
    allow(['cloudformation:DescribeStacks'], Stack.of(this).stackId);
    allow(['dynamodb:DescribeTable', 'dynamodb:ExportTableToPointInTime'], table.tableArn);
    allow(['dynamodb:DescribeExport'], exportsOfTable);
    allow(['states:StartExecution'], this.stateMachine.stateMachineArn);
    allow(['states:DescribeExecution'], this.#executions());
    this.#audits.grantExport(grantee);
    this.#audits.grantReadRuns(grantee);
    if (!Construct.isConstruct(grantee)) return;
    for (const resource of [exportsOfTable, this.#executions()])
      acknowledgeResource(grantee, resource, 'Exports and executions are still to come.');
  }

  /**
   * A distributed map starts its own state machine for each of its items. In a policy that waits for the state machine, as the
   * machine waits for the role (https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html).
   */
  #allowDistributing(role: Role): void {
    const policy = new Policy(this, 'Distributing', {
      roles: [role],
      statements: [
        new PolicyStatement({
          actions: ['states:StartExecution'],
          resources: [this.stateMachine.stateMachineArn],
        }),
        new PolicyStatement({
          actions: ['states:DescribeExecution', 'states:StopExecution'],
          resources: [this.#executions()],
        }),
      ],
    });
    acknowledgeResource(policy, this.#executions(), 'The executions of this one state machine.');
  }

  /** `execution` instead of `stateMachine`, and an execution after it. */
  #executions(): string {
    return Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      resourceName: `${this.stateMachine.stateMachineName}:*`,
    });
  }
}
