import Contracts

extension InvoiceBook {
    /// Settles the invoice of a payment that succeeded. Its number comes later: numbers are taken
    /// last, when everything else of the batch is written.
    ///
    /// Never refused. Throws `.unknownInvoice` or `.invoiceEnded` where the saga has gone wrong.
    mutating func settle(
        _ command: SettleInvoice, of tenant: String
    ) throws(BillingError) -> Verdict {
        guard let invoice = invoice(command.invoice, of: tenant) else {
            throw BillingError(.unknownInvoice, "\(command.invoice) was never opened")
        }
        switch invoice.status {
        case .open:
            end(invoice, .settled)
            return .changed(invoice.id, .settled)
        case .settled:
            return .unchanged(invoice.id)
        case .voided:
            throw BillingError(.invoiceEnded, "\(invoice.id) is voided and cannot be settled")
        }
    }
}
