/** The smallest pipeline of a service that is worth having. */
export const SMALLEST = `pipeline: storefront
environments:
  production:
    target: { kind: process, start: npm start, health: /health, port: 8080 }
stages:
  - name: unit-tests
    kind: command
    question: Do the unit tests pass?
    run: npm test
  - name: rollout
    kind: canary
    steps: [10, 50, 100]
    smoke: { path: /health }
    analysis: { for: 1m, minRequests: 20, errorRate: { maxIncrease: 1% } }
`;

/** A pipeline that uses most of what there is. */
export const COMPLETE = `pipeline: storefront

apis:
  provides: { orders: [1, 2] }
  consumes:
    prices: [1]
    payments: { versions: [3], external: true } # of somebody who is not deployed here

environments:
  staging:
    target:
      kind: process
      start: node server.js
      health: /health
      port: 8081
      env: { LOG_LEVEL: debug }
  production:
    target:
      kind: process
      start: node server.js
      health: /health
      port: 8080
      drain: 10s

stages:
  - name: types
    kind: command
    question: Do the types agree?
    run: npx tsc
    expect: 15s

  - parallel: tests
    stages:
      - name: unit-tests
        kind: command
        question: Do the unit tests pass?
        run: npm test
        expect: 40s
        timeout: 5m
      - name: licences
        kind: command
        question: Are all licences allowed?
        run: npx license-checker --failOn GPL
        mode: advisory # its verdict is recorded and stops nothing

  - name: build
    kind: command
    question: Can it be built?
    run: npm run build
    expect: 20s
    artifact: dist # the stages after this one work on this folder alone

  - name: fits-staging
    kind: compatibility
    environment: staging

  - name: staging
    kind: blueGreen
    environment: staging
    smoke: { path: /health, contains: ok, within: 500ms }

  - name: alike
    kind: parity
    environment: staging
    against: production
    allow: [env.LOG_LEVEL, drain, flags]

  - name: order
    kind: http
    question: Can an order be placed in staging?
    environment: staging
    url: /orders/new
    through: router

  - name: fits
    kind: compatibility
    environment: production

  - name: warm-cache
    kind: custom
    question: Is the cache of production filled?
    environment: production
    capture: ./cache current
    run: ./cache fill
    undo: ./cache restore "$NONEVENT_CAPTURE"

  - name: rollout
    kind: canary
    environment: production
    steps: [10, 50, 100]
    smoke: { path: /health }
    analysis:
      for: 5m # at 10 % of 5 requests a second, 150 requests
      minRequests: 100
      errorRate: { max: 2%, maxIncrease: 0.5% }
      p95: { max: 800ms, maxRatio: 1.5 }

  - name: activate
    kind: flag
    environment: production
    flag: new-checkout
    value: true
`;
