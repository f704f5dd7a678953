import {
  type Attribute,
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { INDEX_BY_TIME, tableDefinition } from '../history/table.ts';
import { grantKeyForTable } from './data-key.ts';
import type { Keeping } from './keeping.ts';

export type HistoryTableProps = { readonly key: Key; readonly keeping: Keeping };

/** Keys and indexes are those of the local table; only the name is CloudFormation's. */
const { KeySchema, GlobalSecondaryIndexes } = tableDefinition('unused');

/**
 * The table of all histories. Its grants know no update and no delete: nobody in the system may change what was written.
 */
export class HistoryTable extends Construct {
  readonly table: Table;
  readonly #key: Key;

  constructor(scope: Construct, id: string, { key, keeping }: HistoryTableProps) {
    super(scope, id);
    this.#key = key;
    this.table = new Table(this, 'Table', {
      partitionKey: attribute(KeySchema[0].AttributeName),
      sortKey: attribute(KeySchema[1].AttributeName),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      stream: StreamViewType.NEW_IMAGE,
      ...keeping,
    });
    for (const index of GlobalSecondaryIndexes) {
      this.table.addGlobalSecondaryIndex({
        indexName: index.IndexName,
        partitionKey: attribute(index.KeySchema[0].AttributeName),
        sortKey: attribute(index.KeySchema[1].AttributeName),
        projectionType: ProjectionType.KEYS_ONLY,
      });
    }
  }

  /** Lets a grantee read histories and list deployments. */
  grantRead(grantee: IGrantable): void {
    this.#grant(grantee, ['dynamodb:Query'], [this.table.tableArn, ...this.#indexArns()]);
    grantKeyForTable(this.#key, grantee, 'read');
  }

  /** Lets a grantee read histories that it knows by name, and append to them. */
  grantAppend(grantee: IGrantable): void {
    this.#grant(grantee, ['dynamodb:Query'], [this.table.tableArn]);
    this.#grant(grantee, ['dynamodb:PutItem'], [this.table.tableArn]);
    grantKeyForTable(this.#key, grantee, 'write');
  }

  /** Lets a grantee who may read find what is open or was written last. */
  grantFind(grantee: IGrantable): void {
    this.#grant(grantee, ['dynamodb:Query'], [this.#indexArn(INDEX_BY_TIME)]);
  }

  /** Lets a grantee read all histories one after the other, as an audit does. */
  grantAudit(grantee: IGrantable): void {
    this.grantRead(grantee);
    this.grantScan(grantee);
    // What was verified last is remembered by what DynamoDB says the table is.
    this.#grant(grantee, ['dynamodb:DescribeTable'], [this.table.tableArn]);
  }

  /** Lets a grantee who may read come by all histories, whatever their names. */
  grantScan(grantee: IGrantable): void {
    this.#grant(grantee, ['dynamodb:Scan'], [this.table.tableArn]);
  }

  /** Each index by its name, so that no wildcard is needed. */
  #indexArns(): readonly string[] {
    return GlobalSecondaryIndexes.map(({ IndexName }) => this.#indexArn(IndexName));
  }

  #indexArn(name: string): string {
    return `${this.table.tableArn}/index/${name}`;
  }

  #grant(grantee: IGrantable, actions: string[], resources: string[]): void {
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
  }
}

function attribute(name: (typeof ATTRIBUTES)[number]['AttributeName']): Attribute {
  const type = ATTRIBUTES.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  return { name, type: type === 'N' ? AttributeType.NUMBER : AttributeType.STRING };
}

const ATTRIBUTES = tableDefinition('unused').AttributeDefinitions;
