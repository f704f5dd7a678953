const BACK_OFF = { IntervalSeconds: 1, BackoffRate: 2, MaxDelaySeconds: 30, JitterStrategy: 'FULL' };

const INVOCATION = {
  ...BACK_OFF,
  ErrorEquals: [
    'StoreUnavailable',
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.Unknown',
    'Runtime.ExitError',
    'Sandbox.Timedout',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
  ],
  MaxAttempts: 6,
};

const STAGE_RETRY = [{ ...BACK_OFF, ErrorEquals: ['AttemptFailed'], MaxAttempts: 2 }, INVOCATION];
const UNDO_RETRY = [
  { ...BACK_OFF, ErrorEquals: ['AttemptFailed', 'States.Timeout'], MaxAttempts: 4 },
  INVOCATION,
];
const CONCLUDE_RETRY = [{ ...BACK_OFF, ErrorEquals: ['States.ALL'], MaxAttempts: 8 }];

const INVOKE = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' };
const ID = { 'deployment.$': '$.deployment' };
const CAUGHT = { ...ID, 'failure.$': '$.failure' };

const CONCLUSION = {
  ...INVOKE,
  ResultSelector: { 'diagnosis.$': '$.Payload.diagnosis' },
  ResultPath: '$.conclusion',
  TimeoutSeconds: 120,
  Retry: CONCLUDE_RETRY,
};

/** What `early: lint watch`, `custom notify`, `analysis observe` becomes, written by hand. */
export const SMALL_DOCUMENT = {
  Comment: 'nonevent pipeline storefront',
  StartAt: 'requested',
  States: {
    requested: {
      Type: 'Choice',
      Choices: [{ Variable: '$.entry', StringEquals: 'rollback', Next: 'enter rollback' }],
      Default: 'early',
    },
    early: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'lint',
          States: {
            lint: {
              ...INVOKE,
              Parameters: { FunctionName: 'nonevent-stage', Payload: { ...ID, stage: 'lint' } },
              ResultPath: null,
              TimeoutSeconds: 55,
              Retry: STAGE_RETRY,
              End: true,
            },
          },
        },
        {
          StartAt: 'watch',
          States: {
            watch: {
              ...INVOKE,
              Parameters: { FunctionName: 'nonevent-stage', Payload: { ...ID, stage: 'watch' } },
              ResultPath: null,
              TimeoutSeconds: 55,
              Retry: STAGE_RETRY,
              End: true,
            },
          },
        },
      ],
      ResultPath: null,
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'conclude failure' }],
      Next: 'notify',
    },
    notify: {
      ...INVOKE,
      Parameters: { FunctionName: 'nonevent-stage', Payload: { ...ID, stage: 'notify' } },
      ResultPath: null,
      TimeoutSeconds: 55,
      Retry: STAGE_RETRY,
      Catch: [
        { ErrorEquals: ['StageRefused'], ResultPath: '$.failure', Next: 'conclude failure' },
        { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'undo notify' },
      ],
      Next: 'observe',
    },
    observe: {
      ...INVOKE,
      Parameters: { FunctionName: 'nonevent-stage', Payload: { ...ID, stage: 'observe' } },
      ResultSelector: { 'continue.$': '$.Payload.continue' },
      ResultPath: '$.poll',
      TimeoutSeconds: 55,
      Retry: STAGE_RETRY,
      Catch: [
        { ErrorEquals: ['StageRefused'], ResultPath: '$.failure', Next: 'undo notify' },
        { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'undo notify' },
      ],
      Next: 'observe again?',
    },
    'observe again?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.poll.continue', BooleanEquals: true, Next: 'observe wait' }],
      Default: 'conclude success',
    },
    'observe wait': { Type: 'Wait', Seconds: 2, Next: 'observe' },
    'undo notify': {
      ...INVOKE,
      Parameters: { FunctionName: 'nonevent-undo', Payload: { ...CAUGHT, stage: 'notify' } },
      ResultPath: null,
      TimeoutSeconds: 75,
      Retry: UNDO_RETRY,
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'conclude stuck' }],
      Next: 'conclude rollback',
    },
    'conclude success': {
      ...CONCLUSION,
      Parameters: { FunctionName: 'nonevent-conclude', Payload: CAUGHT },
      Next: 'succeeded',
    },
    'enter rollback': {
      ...INVOKE,
      Parameters: { FunctionName: 'nonevent-enter', Payload: ID },
      ResultPath: null,
      TimeoutSeconds: 135,
      Retry: STAGE_RETRY.slice(1),
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'conclude failure' }],
      Next: 'undo notify',
    },
    'conclude failure': {
      ...CONCLUSION,
      Parameters: { FunctionName: 'nonevent-conclude', Payload: CAUGHT },
      Next: 'failed',
    },
    'conclude rollback': {
      ...CONCLUSION,
      Parameters: { FunctionName: 'nonevent-conclude', Payload: CAUGHT },
      Next: 'rolledBack',
    },
    'conclude stuck': {
      ...CONCLUSION,
      Parameters: { FunctionName: 'nonevent-conclude', Payload: CAUGHT },
      Next: 'stuck',
    },
    succeeded: { Type: 'Succeed' },
    failed: { Type: 'Fail', Error: 'failed', CausePath: '$.conclusion.diagnosis' },
    rolledBack: { Type: 'Fail', Error: 'rolledBack', CausePath: '$.conclusion.diagnosis' },
    stuck: { Type: 'Fail', Error: 'stuck', CausePath: '$.conclusion.diagnosis' },
  },
};
