import Contracts
import Logging
import Postgres
import Saga
import ServiceHost

/// The payment service's contents page: what it answers, what it hears, what it does by itself.
struct Payments: Sendable {
    let create: CreatePayment
    let replies: ReceiveReplies
    let timeouts: SweepTimeouts
    let waiting: Waiting
    let database: Database

    init(patience: Patience, database: Database, logger: Logger) {
        let waiting = Waiting()
        let runner = SagaRunner(
            paymentSaga(patience), source: eventSource, logger: logger
        ) { ended, tx in
            try EndPayment.record(ended, in: tx)
            waiting.note(ended.map(\.state.payment))
        }
        self.create = CreatePayment(runner: runner)
        self.replies = ReceiveReplies(runner: runner)
        self.timeouts = SweepTimeouts(runner: runner, waiting: waiting, database: database)
        self.waiting = waiting
        self.database = database
    }

    func register(in routes: inout Routes) {
        routes.post(
            "/v1/payments", operation: "payment.create-payment", scope: .paymentsWrite
        ) { request, scope, tx in
            try create(request, scope, tx)
        } completion: { resource, scope in
            try await GetPayment.whenEnded(resource, scope, database, waiting)
        }
        routes.get("/v1/payments/{id}", scope: .paymentsRead) { scope, tx in
            try GetPayment.handle(scope, tx)
        }
        routes.get("/v1/payments", scope: .paymentsRead) { scope, tx in
            try ListPayments.handle(scope, tx)
        }

        routes.consume(.paymentReplies, operation: "payment.replies") { envelopes, tx in
            try replies(envelopes, tx)
        } afterCommit: {
            waiting.announce()
        }

        routes.every(.milliseconds(200), "payment.timeouts") { try await timeouts() }
        routes.gauge("payment_waiting_requests", help: "Requests that wait for a payment's end.") {
            waiting.count
        }
    }
}

/// CloudEvents `source` of all that this service says.
let eventSource = "/farthing/payment"
