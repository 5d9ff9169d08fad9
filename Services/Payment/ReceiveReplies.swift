import Contracts
import Postgres
import Saga

/// `payment.replies.v1`: what the participants answered moves the sagas on. Each runner takes the
/// answers to its own sagas and leaves the others'.
struct ReceiveReplies: Sendable {
    let payments: SagaRunner<PaymentProgress>
    let refunds: SagaRunner<RefundProgress>

    func callAsFunction(_ replies: [Envelope], _ tx: borrowing Transaction) throws {
        _ = try payments.receive(replies, in: tx)
        _ = try refunds.receive(replies, in: tx)
    }
}
