import Contracts
import FoundationEssentials
import Postgres
import ServiceHost

/// `GET /v1/invoices/{id}` and `GET /v1/invoices?payment=&customer=`.
enum GetInvoices {
    @Sendable static func one(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let id = try scope.id(as: InvoiceID.self)
        let rows = try tx.query(BillingQueries.invoice, scope.tenant, id.uuid)
        guard let invoice = try read(rows, in: tx).first else {
            throw Problem.notFound(detail: "There is no invoice \(id).")
        }
        return .ok(invoice)
    }

    @Sendable static func list(
        _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        let page = try scope.page()
        let cursor = try page.last(as: InvoiceID.self)?.uuid
        let payment = try scope.queryID("payment", as: PaymentID.self)?.uuid
        let customer = try scope.queryID("customer", as: CustomerID.self)?.uuid

        let rows =
            if let payment {
                try tx.query(
                    BillingQueries.invoicesOfPayment, scope.tenant, payment, customer, cursor)
            } else if let customer {
                try tx.query(
                    BillingQueries.invoicesOfCustomer, scope.tenant, customer, cursor, page.fetch)
            } else {
                try tx.query(BillingQueries.invoices, scope.tenant, cursor, page.fetch)
            }
        return .ok(page.answer(try read(rows, in: tx), id: \.id) { $0 })
    }

    /// Adds the lines, by one query for all.
    private static func read(_ rows: Rows, in tx: borrowing Transaction) throws -> [InvoiceView] {
        let ids = try rows.map { try $0.read(0, as: UUID.self) }
        guard !ids.isEmpty else { return [] }

        var lines: [UUID: [InvoiceView.Line]] = [:]
        for row in try tx.query(BillingQueries.linesOfInvoices, ids) {
            lines[try row.read(0), default: []].append(
                InvoiceView.Line(description: try row.read(1), amount: try row.read(2)))
        }
        return try zip(rows, ids).map { row, id in try InvoiceView(row, lines: lines[id] ?? []) }
    }
}
