import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { NoneventFunction } from './nonevent-function.ts';

/**
 * Leads the table's stream to the function that tells it to the bus. What cannot be told is tried again alone, and then kept as a dead
 * letter, so that it holds up what came after it for minutes, not for the day that a stream keeps its records.
 */
export function publishHistory(table: Table, { function: publish, deadLetters }: NoneventFunction): void {
  publish.addEventSource(
    new DynamoEventSource(table, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: 8,
      maxRecordAge: Duration.hours(12),
      ...(deadLetters === undefined ? {} : { onFailure: new SqsDlq(deadLetters) }),
    }),
  );
}
