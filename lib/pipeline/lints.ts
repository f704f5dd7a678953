import type { LintCode } from './code.ts';
import type { CodePage } from './codes/page.ts';
import type { Parsed } from './document.ts';
import type { Expanded } from './expand.ts';
import { apisDeclared } from './lints/apis-declared.ts';
import { apisHeld } from './lints/apis-held.ts';
import { cheapestFirst } from './lints/cheapest-first.ts';
import { checkBeforeChange } from './lints/check-before-change.ts';
import { contractLast } from './lints/contract-last.ts';
import { dominatingCheck } from './lints/dominating-check.ts';
import { earlyVerdict } from './lints/early-verdict.ts';
import { endsAtAll } from './lints/ends-at-all.ts';
import { enforcingCheck } from './lints/enforcing-check.ts';
import { idleBounds } from './lints/idle-bounds.ts';
import type { Lint } from './lints/lint.ts';
import { literalSecrets } from './lints/literal-secrets.ts';
import { placedFirst } from './lints/placed-first.ts';
import { rehearsalBeforeUsers } from './lints/rehearsal-before-users.ts';
import { rehearsalPlaced } from './lints/rehearsal-placed.ts';
import { risingShares } from './lints/rising-shares.ts';
import { schemasChained } from './lints/schemas-chained.ts';
import { schemasDeclared } from './lints/schemas-declared.ts';
import { schemasServed } from './lints/schemas-served.ts';
import { targetCan } from './lints/target-can.ts';
import { timeoutCoversExpectation } from './lints/timeout-covers-expectation.ts';
import { uniqueNames } from './lints/unique-names.ts';
import { uniquePorts } from './lints/unique-ports.ts';
import { withinAnInvocation } from './lints/within-an-invocation.ts';
import type { Problem } from './problem.ts';

const LINTS: Readonly<Record<LintCode, Lint>> = {
  NE301: checkBeforeChange,
  NE302: cheapestFirst,
  NE303: earlyVerdict,
  NE304: dominatingCheck,
  NE305: uniqueNames,
  NE306: timeoutCoversExpectation,
  NE307: placedFirst,
  NE308: risingShares,
  NE309: endsAtAll,
  NE310: enforcingCheck,
  NE311: uniquePorts,
  NE312: apisHeld,
  NE313: apisDeclared,
  NE314: idleBounds,
  NE320: literalSecrets,
  NE330: contractLast,
  NE331: schemasDeclared,
  NE332: schemasChained,
  NE333: schemasServed,
  NE340: targetCan,
  NE341: withinAnInvocation,
  NE350: rehearsalPlaced,
  NE351: rehearsalBeforeUsers,
};

/** The page of each lint's code. */
export const LINT_CODES: Readonly<Record<LintCode, CodePage>> = {
  NE301: checkBeforeChange.page,
  NE302: cheapestFirst.page,
  NE303: earlyVerdict.page,
  NE304: dominatingCheck.page,
  NE305: uniqueNames.page,
  NE306: timeoutCoversExpectation.page,
  NE307: placedFirst.page,
  NE308: risingShares.page,
  NE309: endsAtAll.page,
  NE310: enforcingCheck.page,
  NE311: uniquePorts.page,
  NE312: apisHeld.page,
  NE313: apisDeclared.page,
  NE314: idleBounds.page,
  NE320: literalSecrets.page,
  NE330: contractLast.page,
  NE331: schemasDeclared.page,
  NE332: schemasChained.page,
  NE333: schemasServed.page,
  NE340: targetCan.page,
  NE341: withinAnInvocation.page,
  NE350: rehearsalPlaced.page,
  NE351: rehearsalBeforeUsers.page,
};

/** Everything the lints have to say about a pipeline. */
export function lint(expanded: Expanded, parsed: Parsed): readonly Problem[] {
  return Object.values(LINTS).flatMap(({ code, severity, find }) =>
    find(expanded).map(({ path, field, message, hint }) => ({
      code,
      severity,
      range: field === undefined ? parsed.locateKey(path) : parsed.locateValue([...path, field]),
      message,
      hint,
    })),
  );
}
