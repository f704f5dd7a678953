import { Aws } from 'aws-cdk-lib';
import { CfnEventBusPolicy, EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';

/**
 * The bus that requests come in by and that every event of the histories goes out by. It takes events from the accounts that are named
 * and from its own; every other account is refused, whatever may be allowed later.
 */
export function closedEventBus(scope: Construct, accounts: readonly string[]): EventBus {
  const bus = new EventBus(scope, 'Bus', { description: 'Requests to Nonevent, and what happened' });
  const trusted = trustedAccounts(accounts);
  new CfnEventBusPolicy(scope, 'BusAllowsTrusted', {
    eventBusName: bus.eventBusName,
    statementId: 'AllowTrustedAccounts',
    statement: {
      Effect: 'Allow',
      Principal: { AWS: trusted.map((account) => `arn:${Aws.PARTITION}:iam::${account}:root`) },
      Action: 'events:PutEvents',
      Resource: bus.eventBusArn,
    },
  });
  new CfnEventBusPolicy(scope, 'BusRefusesOthers', {
    eventBusName: bus.eventBusName,
    statementId: 'RefuseOtherAccounts',
    statement: {
      Effect: 'Deny',
      Principal: '*',
      Action: 'events:PutEvents',
      Resource: bus.eventBusArn,
      Condition: { StringNotEquals: { 'aws:PrincipalAccount': trusted } },
    },
  });
  return bus;
}

/** The accounts whose events are listened to. EventBridge itself writes the account into an event. */
export function trustedAccounts(accounts: readonly string[]): string[] {
  return [Aws.ACCOUNT_ID, ...accounts];
}
