import { describe, onTestFinished } from 'vitest';
import { artifactOf } from '../fixtures/artifacts.ts';
import { openGround } from '../fixtures/open-targets.ts';
import { revisionOf } from '../fixtures/revision.ts';
import { targetContract } from '../target-contract.ts';

describe('the contract of a target, on processes', () => {
  targetContract(async () => {
    const ground = await openGround();
    onTestFinished(() => ground.clear());
    // The second runs the same service; only what it is called and made of differs.
    const second = { ...revisionOf(2), artifact: artifactOf('service') };
    return { target: ground.target, revisions: [revisionOf(1), second], canSplit: true };
  });
});
