/** The functions of a distributed verification, by what Step Functions invokes: ARNs, or placeholders for them. */
export type AuditFunctions = {
  readonly groupFile: string;
  readonly foldSeals: string;
  readonly verifyGroup: string;
  readonly concludeVerification: string;
};

/** Placeholders that CloudFormation's definition substitutions fill in. */
export const AUDIT_PLACEHOLDERS: AuditFunctions = {
  groupFile: placeholder('groupFile'),
  foldSeals: placeholder('foldSeals'),
  verifyGroup: placeholder('verifyGroup'),
  concludeVerification: placeholder('concludeVerification'),
};

function placeholder(name: keyof AuditFunctions): string {
  return `\${${name}}`;
}

/** A function of ours reads at most one group or one file, of which none takes as long. */
const TIMEOUT_SECONDS = 900;
/** Lambda runs 1000 at a time in an account unless it was asked for more, and others need some. */
const FUNCTIONS_AT_ONCE = 200;

/**
 * The document that verifies an export of the table with as many functions as it has files: every file is split by streams, the seals
 * are folded, every group of streams is verified, and the results are added up. The input of an execution is
 * `{bucket, run}`, a `RunInput` of lib/audit/distributed/run.ts. A history that is not sound makes the
 * execution fail with `HistoryTampered`, whose cause is where the report is. Pure.
 *
 * Sources: https://states-language.net/spec.html; AWS Step Functions Developer Guide, "ItemReader (Map)", of which `JSONL` takes
 * each line of the export's manifest as an item.
 */
export function auditStatesLanguage(functions: AuditFunctions = AUDIT_PLACEHOLDERS) {
  return {
    Comment: 'nonevent: verifies an export of the history',
    StartAt: 'begin',
    States: {
      begin: {
        Type: 'Pass',
        Parameters: {
          'bucket.$': '$.bucket',
          run: {
            'manifest.$': '$.run.manifest',
            'work.$': '$.run.work',
            'groups.$': '$.run.groups',
            'publicKey.$': '$.run.publicKey',
            'known.$': '$.run.known',
            'begunAt.$': '$$.Execution.StartTime',
          },
        },
        Next: 'read files',
      },
      'read files': {
        Type: 'Map',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSONL' },
          Parameters: { 'Bucket.$': '$.bucket', 'Key.$': '$.run.manifest' },
        },
        ItemSelector: { 'run.$': '$.run', 'file.$': '$$.Map.Item.Value' },
        ...distributed('read file', functions.groupFile, { 'run.$': '$.run', 'file.$': '$.file' }),
        Next: 'fold seals',
      },
      'fold seals': {
        ...invoke(functions.foldSeals, { 'run.$': '$.run' }),
        ResultSelector: { 'groups.$': '$.Payload.groups' },
        ResultPath: '$.folded',
        Next: 'verify groups',
      },
      'verify groups': {
        Type: 'Map',
        ItemsPath: '$.folded.groups',
        ItemSelector: { 'run.$': '$.run', 'group.$': '$$.Map.Item.Value' },
        ...distributed('verify group', functions.verifyGroup, { 'run.$': '$.run', 'group.$': '$.group' }),
        Next: 'conclude',
      },
      conclude: {
        ...invoke(functions.concludeVerification, { 'run.$': '$.run' }),
        OutputPath: '$.Payload',
        Next: 'sound?',
      },
      'sound?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.sound', BooleanEquals: true, Next: 'sound' }],
        Default: 'tampered',
      },
      sound: { Type: 'Succeed' },
      tampered: {
        Type: 'Fail',
        Error: 'HistoryTampered',
        CausePath: "States.Format('{} streams are not sound: see report.json of this run', $.findingsInAll)",
      },
    },
  } as const;
}

/** One execution of its own for each item. Of what each gives nothing is kept: there may be more than a state can hold. */
function distributed(name: string, functionArn: string, payload: object) {
  return {
    MaxConcurrency: FUNCTIONS_AT_ONCE,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: name,
      States: {
        [name]: {
          ...invoke(functionArn, payload),
          ResultSelector: {},
          End: true,
        },
      },
    },
    ResultPath: null,
  } as const;
}

function invoke(functionArn: string, Payload: object) {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: functionArn, Payload },
    TimeoutSeconds: TIMEOUT_SECONDS,
    Retry: [
      {
        ErrorEquals: [
          'Lambda.ServiceException',
          'Lambda.AWSLambdaException',
          'Lambda.SdkClientException',
          'Lambda.TooManyRequestsException',
          'StoreUnavailable',
        ],
        IntervalSeconds: 2,
        BackoffRate: 2,
        MaxAttempts: 6,
        JitterStrategy: 'FULL',
      },
    ],
  } as const;
}
