import Contracts
import Postgres
import ServiceHost

/// `GET /v1/credit-notes/{id}` and `GET /v1/credit-notes?payment=&invoice=`.
enum GetCreditNotes {
    @Sendable static func one(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let id = try scope.id(as: CreditNoteID.self)
        guard let row = try tx.query(CreditNoteQueries.one, scope.tenant, id.uuid).first else {
            throw Problem.notFound(detail: "There is no credit note \(id).")
        }
        return .ok(try CreditNoteView(row))
    }

    @Sendable static func list(
        _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        let page = try scope.page()
        let cursor = try page.last(as: CreditNoteID.self)?.uuid
        let payment = try scope.queryID("payment", as: PaymentID.self)?.uuid
        let invoice = try scope.queryID("invoice", as: InvoiceID.self)?.uuid

        let rows =
            if let invoice {
                try tx.query(
                    CreditNoteQueries.ofInvoice, scope.tenant, invoice, cursor, page.fetch, payment)
            } else if let payment {
                try tx.query(
                    CreditNoteQueries.ofPayment, scope.tenant, payment, cursor, page.fetch)
            } else {
                try tx.query(CreditNoteQueries.newest, scope.tenant, cursor, page.fetch)
            }
        return .ok(page.answer(try rows.map(CreditNoteView.init), id: \.id) { $0 })
    }
}
