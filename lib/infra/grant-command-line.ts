import { Stack } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeResource } from './acknowledge.ts';

export type CommandLineSystem = {
  readonly bus: EventBus;
  /** What comes before a pipeline in the ARN of its state machine. */
  readonly stateMachines: string;
};

/**
 * Lets a grantee ask what the command line asks before it puts a request on the bus: what the stack tells of itself, whether the bus is there, and
 * whether the pipeline is installed as it is in the file.
 */
export function grantCommandLine(grantee: IGrantable, { bus, stateMachines }: CommandLineSystem): void {
  const versions = `${stateMachines}*`;
  const allow = (actions: string[], resource: string): void => {
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [resource] }));
  };
  grantConnect(grantee, bus);
  allow(['events:DescribeEventBus'], bus.eventBusArn);
  allow(['states:ListStateMachineVersions', 'states:DescribeStateMachine'], versions);
  if (Construct.isConstruct(grantee)) {
    acknowledgeResource(
      grantee,
      versions,
      'The state machines of this system, by the beginning of their names, and their versions, whose numbers are not known beforehand.',
    );
  }
}

/** Lets a grantee ask the stack of a construct what it tells of itself, as `nonevent connect` does. */
export function grantConnect(grantee: IGrantable, within: Construct): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['cloudformation:DescribeStacks'],
      resources: [Stack.of(within).stackId],
    }),
  );
}
