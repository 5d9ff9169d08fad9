import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost

/// A row of the table `refund`: what was asked to be given back, and how that ended if it did.
struct Refund: Sendable {
    /// What a refund that succeeded came to.
    struct Success: Sendable {
        let fee: Int64
        let tax: Int64
        let transfer: TransferID
        let creditNote: CreditNoteID
    }

    let id: RefundID
    let payment: PaymentID
    let saga: SagaID
    let status: Payment.Status
    let amount: Money
    let reason: String?
    let reference: String?
    let metadata: Metadata
    var success: Success?
    var failure: Payment.Failure?
    let createdAt: Date
    var endedAt: Date?

    var location: String { "/v1/refunds/\(id)" }
}

extension Refund {
    /// Queues the row's insertion. Throws `EncodingError` for metadata that is not JSON.
    func insert(tenant: String, in tx: borrowing Transaction) throws {
        try tx.execute(
            RefundQueries.insert, id.uuid, tenant, payment.uuid, saga.uuid, amount.minorUnits,
            amount.currency.code, reason, reference, JSONText(try WireJSON.encode(metadata)),
            createdAt)
    }

    /// Reads a row whose columns are in the order of `RefundQueries`.
    init(_ row: Row) throws {
        self.init(
            id: RefundID(try row.read(0)), payment: PaymentID(try row.read(1)),
            saga: SagaID(try row.read(2)),
            status: try Payment.known(Payment.Status(rawValue: try row.read(3))),
            amount: Money(
                try row.read(4), try Payment.known(Currency(try row.read(5, as: String.self)))),
            reason: try row.read(6), reference: try row.read(7),
            metadata: try WireJSON.decode(from: try row.read(8, as: String.self).utf8),
            createdAt: try row.read(16), endedAt: try row.read(17))
        switch status {
        case .processing: break
        case .succeeded:
            success = Success(
                fee: try row.read(9), tax: try row.read(10),
                transfer: TransferID(try row.read(11)),
                creditNote: CreditNoteID(try row.read(12)))
        case .failed:
            failure = Payment.Failure(
                code: try row.read(13), step: try row.read(14), detail: try row.read(15))
        }
    }
}
