import Contracts
import Postgres
import Saga

/// `payment.replies.v1`: what the participants answered moves the sagas on.
struct ReceiveReplies: Sendable {
    let runner: SagaRunner<PaymentProgress>

    func callAsFunction(_ replies: [Envelope], _ tx: borrowing Transaction) throws {
        _ = try runner.receive(replies, in: tx)
    }
}
