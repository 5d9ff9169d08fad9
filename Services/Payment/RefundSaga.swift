import Contracts
import Money
import Saga

/// How a refund runs: billing works out what goes back of the fee, the ledger moves the money back,
/// which decides it, and billing numbers the credit note.
func refundSaga(_ patience: Patience) -> Saga<RefundProgress> {
    Saga("refund") {
        Compensatable(
            "open-credit-note", timeout: patience.timeout, retry: patience.retry,
            undoRetry: patience.undoRetry,
            ask: { $0.openCreditNote }, undo: { $0.voidCreditNote }
        ) { progress, opened in
            progress.fee = opened.fee
            progress.tax = opened.tax
        }
        Pivot(
            "reverse-transfer", timeout: patience.timeout, retry: patience.retry,
            ask: { $0.reverseTransfer })
        Retriable(
            "settle-credit-note", timeout: patience.timeout, retry: patience.retry,
            ask: { $0.settleCreditNote })
    }
}

/// What the saga of one refund knows: all that its commands are made of.
struct RefundProgress: Codable, Equatable, Sendable {
    let refund: RefundID
    let payment: PaymentID
    let source: AccountID
    let destination: AccountID
    let invoice: InvoiceID
    /// Orders what billing is asked: the same as for the payment's invoice.
    let invoiceKey: String
    /// What is reversed.
    let transfer: TransferID
    let amount: Money

    // Chosen before anything is asked, so that an undo can name what was never answered.
    let creditNote: CreditNoteID
    let reversal: TransferID

    /// Zero until billing has opened the credit note.
    var fee: Money
    /// Tax on the fee; zero until billing has opened the credit note.
    var tax: Money

    /// - Parameter success: of the payment that is refunded.
    init(_ refund: Refund, of payment: Payment, _ success: Payment.Success) {
        self.refund = refund.id
        self.payment = payment.id
        self.source = payment.source
        self.destination = payment.destination
        self.invoice = success.invoice
        self.invoiceKey = payment.customer?.description ?? payment.source.description
        self.transfer = success.transfer
        self.amount = refund.amount
        self.creditNote = CreditNoteID()
        self.reversal = TransferID()
        self.fee = Money(0, refund.amount.currency)
        self.tax = Money(0, refund.amount.currency)
    }
}

extension RefundProgress {
    fileprivate var openCreditNote: OpenCreditNote {
        OpenCreditNote(
            creditNote: creditNote, refund: refund, payment: payment, invoice: invoice,
            amount: amount, key: invoiceKey)
    }

    fileprivate var voidCreditNote: VoidCreditNote {
        VoidCreditNote(creditNote: creditNote, key: invoiceKey)
    }

    fileprivate var reverseTransfer: ReverseTransfer {
        ReverseTransfer(
            reversal: reversal, transfer: transfer, refund: refund, payment: payment,
            source: source, destination: destination, amount: amount, fee: fee, tax: tax)
    }

    fileprivate var settleCreditNote: SettleCreditNote {
        SettleCreditNote(creditNote: creditNote, key: invoiceKey)
    }
}
