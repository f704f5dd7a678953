import { describe, expect, it } from 'vitest';
import { iamCallsOf } from './authorization.ts';
import { type Allowance, deniedOf, unusedOf } from './policy.ts';

const TABLE = 'arn:aws:dynamodb:eu-west-1:123456789012:table/history';
const reading: Allowance = {
  actions: ['dynamodb:Query'],
  resources: [TABLE, `${TABLE}/index/*`],
  conditions: {},
};
const appending: Allowance = { actions: ['dynamodb:PutItem'], resources: [TABLE], conditions: {} };
const key: Allowance = {
  actions: ['kms:GenerateDataKey*'],
  resources: ['*'],
  conditions: { StringEquals: { 'kms:ViaService': ['s3.eu-west-1.amazonaws.com'] } },
};
const query = { action: 'dynamodb:Query', resources: [TABLE], context: {} };
const put = { action: 'dynamodb:PutItem', resources: [TABLE], context: {} };

describe('a call', () => {
  it('is allowed by any statement that names its action and its resource', () => {
    expect(deniedOf([reading, appending], query)).toEqual([]);
    expect(deniedOf([reading, appending], { ...query, resources: [`${TABLE}/index/by-time`] })).toEqual([]);
  });

  it('is denied as soon as its grant is taken away', () => {
    expect(deniedOf([reading], put)).toEqual([TABLE]);
    expect(deniedOf([], query)).toEqual([TABLE]);
  });

  it('is denied on each resource that is not named, also where another one is', () => {
    const other = 'arn:aws:dynamodb:eu-west-1:123456789012:table/history2';
    expect(deniedOf([reading], { ...query, resources: [TABLE, other] })).toEqual([other]);
  });

  it('is denied where a condition does not hold', () => {
    const call = { action: 'kms:GenerateDataKey', resources: ['key'] };
    const via = (service: string) => ({ ...call, context: { 'kms:ViaService': service } });
    expect(deniedOf([key], via('s3.eu-west-1.amazonaws.com'))).toEqual([]);
    expect(deniedOf([key], via('dynamodb.eu-west-1.amazonaws.com'))).toEqual(['key']);
    expect(deniedOf([key], { ...call, context: {} })).toEqual(['key']);
  });
});

describe('an allowance', () => {
  it('is unused as soon as one action is added that nobody asks for', () => {
    expect(unusedOf([appending], [put])).toEqual([]);
    const grown = { ...appending, actions: ['dynamodb:PutItem', 'dynamodb:DeleteItem'] };
    expect(unusedOf([grown], [put])).toEqual([{ action: 'dynamodb:DeleteItem', resources: [TABLE] }]);
  });

  it('is unused on each resource that nobody uses it on', () => {
    expect(unusedOf([reading], [query])).toEqual([
      { action: 'dynamodb:Query', resources: [`${TABLE}/index/*`] },
    ]);
  });
});

describe('a request', () => {
  const scope = { region: 'eu-west-1', account: '123456789012' };
  const request = (method: string, path: string, body: object | string = '', headers = {}) => ({
    method,
    path: path.split('?')[0] ?? '',
    query: new URLSearchParams(path.split('?')[1]),
    headers,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });

  it('asks for an index by its own name', () => {
    const asked = request(
      'POST',
      '/',
      { TableName: 'history', IndexName: 'by-time' },
      {
        'x-amz-target': 'DynamoDB_20120810.Query',
      },
    );
    expect(iamCallsOf(asked, { ...scope, service: 'dynamodb' })).toEqual([
      { action: 'dynamodb:Query', resources: [`${TABLE}/index/by-time`], context: {} },
    ]);
  });

  it('asks for the version of a function that it names', () => {
    const asked = request('DELETE', '/2015-03-31/functions/shop?Qualifier=7');
    expect(iamCallsOf(asked, { ...scope, service: 'lambda' })).toEqual([
      {
        action: 'lambda:DeleteFunction',
        resources: ['arn:aws:lambda:eu-west-1:123456789012:function:shop:7'],
        context: {},
      },
    ]);
  });

  it('asks to read what it copies, and to pass the role that it names', () => {
    const copied = request('PUT', '/artifacts/one', '', { 'x-amz-copy-source': 'releases/one?versionId=3' });
    expect(iamCallsOf(copied, { ...scope, service: 's3' }).map(({ action }) => action)).toEqual([
      's3:GetObjectVersion',
      's3:PutObject',
    ]);
    const made = request(
      'POST',
      '/',
      'Action=CreateChangeSet&StackName=shop&RoleARN=arn:role&Tags.member.1.Key=a',
    );
    expect(iamCallsOf(made, { ...scope, service: 'cloudformation' }).map(({ action }) => action)).toEqual([
      'cloudformation:CreateChangeSet',
      'cloudformation:TagResource',
      'iam:PassRole',
    ]);
  });

  it('is an error where nobody knows what it asks for', () => {
    expect(() => iamCallsOf(request('GET', '/'), { ...scope, service: 'route53' })).toThrow('route53');
  });
});
