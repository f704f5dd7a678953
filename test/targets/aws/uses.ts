import { expect, it } from 'vitest';
import { type AwsTargetKind, TARGET_PERMISSIONS } from '../../../lib/targets/aws/permissions.ts';
import { everAsked } from './aws-ground.ts';

/** What a service asks IAM for although no request of ours says so, and why. */
const UNSEEN: Readonly<Record<string, string>> = {
  's3:GetObject': 'Lambda and CloudFormation read the package in the name of whoever names it',
};

/** The last test of a kind's file: what all tests before it did is what permissions.ts says, for each use, and nothing else. */
export function usesItsPermissions(kind: AwsTargetKind): void {
  it('asked for what permissions.ts says of each use, and for nothing else', () => {
    const asked = everAsked.map(({ accessKey, action }) => `${accessKey} ${action}`);
    const listed = TARGET_PERMISSIONS[kind]
      .filter(({ action }) => UNSEEN[action] === undefined)
      .flatMap((permission) => permission.for.map((use) => `${use} ${permission.action}`));
    expect([...new Set(asked)].sort()).toEqual(listed.sort());
  });
}
