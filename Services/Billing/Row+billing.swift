import Contracts
import FoundationEssentials
import Money
import Postgres

extension Row {
    /// The typed id of a uuid column. Throws `PostgresError`.
    func id<Subject>(_ column: Int) throws(PostgresError) -> ID<Subject> {
        ID(try read(column, as: UUID.self))
    }

    /// The typed id of a uuid column that may be NULL. Throws `PostgresError`.
    func optionalID<Subject>(_ column: Int) throws(PostgresError) -> ID<Subject>? {
        try read(column, as: UUID?.self).map { ID($0) }
    }

    /// Throws `BillingError.unreadableRow` for a code that is no currency.
    func currency(_ column: Int) throws -> Currency {
        let code = try read(column, as: String.self)
        guard let currency = Currency(code) else {
            throw BillingError(.unreadableRow, "'\(code)' is not an ISO 4217 currency")
        }
        return currency
    }

    /// Throws `BillingError.unreadableRow` for a word that is no status of an invoice.
    func status(_ column: Int) throws -> InvoiceBook.Invoice.Status {
        let word = try read(column, as: String.self)
        guard let status = InvoiceBook.Invoice.Status(rawValue: word) else {
            throw BillingError(.unreadableRow, "'\(word)' is not a status of an invoice")
        }
        return status
    }
}

extension FeePlan {
    /// Reads id, currency, percent_bp, fixed, tax_bp, created_at.
    init(_ row: Row) throws {
        self.init(
            id: try row.id(0), currency: try row.currency(1), percentBp: try row.read(2),
            fixed: try row.read(3), taxBp: try row.read(4), createdAt: try row.read(5))
    }
}
