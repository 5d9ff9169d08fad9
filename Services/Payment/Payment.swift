import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost

/// A row of the table `payment`: what was asked for, and how it ended if it did.
struct Payment: Sendable {
    enum Status: String, Codable, CaseIterable, Sendable { case processing, succeeded, failed }

    /// What a payment that succeeded came to.
    struct Success: Sendable {
        let fee: Int64
        let tax: Int64
        let transfer: TransferID
        let invoice: InvoiceID
    }

    /// Why a payment failed.
    struct Failure: Codable, Equatable, Sendable {
        let code: String
        /// The saga step that said no, or never answered.
        let step: String
        let detail: String
    }

    let id: PaymentID
    let saga: SagaID
    let status: Status
    let amount: Money
    let source: AccountID
    let destination: AccountID
    let customer: CustomerID?
    let description: String?
    let reference: String?
    let metadata: Metadata
    var success: Success?
    var failure: Failure?
    /// Minor units that refunds which succeeded have given back.
    var refunded: Int64 = 0
    let createdAt: Date
    var endedAt: Date?

    var location: String { "/v1/payments/\(id)" }
}

extension Payment {
    /// Queues the insertion of rows, each with its tenant. Throws `EncodingError` for metadata that
    /// is not JSON.
    static func insert(
        _ rows: [(payment: Payment, tenant: String)], in tx: borrowing Transaction
    ) throws {
        guard !rows.isEmpty else { return }
        let payments = rows.map(\.payment)
        try tx.execute(
            PaymentQueries.insert, payments.map(\.id.uuid), rows.map(\.tenant),
            payments.map(\.saga.uuid), payments.map(\.amount.minorUnits),
            payments.map(\.amount.currency.code), payments.map(\.source.uuid),
            payments.map(\.destination.uuid), payments.map(\.customer?.uuid),
            payments.map(\.description), payments.map(\.reference),
            try payments.map { JSONText(try WireJSON.encode($0.metadata)) },
            payments.map(\.createdAt))
    }

    /// Reads a row whose columns are in the order of `PaymentQueries`.
    init(_ row: Row) throws {
        self.init(
            id: PaymentID(try row.read(0)), saga: SagaID(try row.read(1)),
            status: try Payment.known(Status(rawValue: try row.read(2))),
            amount: Money(
                try row.read(3), try Payment.known(Currency(try row.read(4, as: String.self)))),
            source: AccountID(try row.read(5)), destination: AccountID(try row.read(6)),
            customer: try row.read(7, as: UUID?.self).map { CustomerID($0) },
            description: try row.read(8), reference: try row.read(9),
            metadata: try WireJSON.decode(from: try row.read(10, as: String.self).utf8),
            refunded: try row.read(20), createdAt: try row.read(18), endedAt: try row.read(19))
        switch status {
        case .processing: break
        case .succeeded:
            success = Success(
                fee: try row.read(11), tax: try row.read(12),
                transfer: TransferID(try row.read(13)), invoice: InvoiceID(try row.read(14)))
        case .failed:
            failure = Failure(
                code: try row.read(15), step: try row.read(16), detail: try row.read(17))
        }
    }

    static func known<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw UnknownValue() }
        return value
    }

    /// A row holds a status or a currency that this program does not know: it is older than the
    /// database.
    struct UnknownValue: Error {}
}
