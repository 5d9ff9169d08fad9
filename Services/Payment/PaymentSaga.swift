import Contracts
import Money
import Saga

/// How a payment runs. The ledger sets the funds aside while billing works out the fee; then the
/// ledger moves the money, which decides it; then billing numbers the invoice. Before the pivot a
/// refusal undoes what was asked; after it there is only forward.
///
/// Hold and invoice are asked at once, which saves a payment the time of one of them. What follows:
/// a payment that its source cannot fund uses its customer's credit until its hold is refused and
/// its invoice voided, and a payment that could be funded may be refused for want of credit
/// meanwhile. The other way round, what a payment holds that is refused its invoice cannot be spent
/// until the hold is voided.
func paymentSaga(_ patience: Patience) -> Saga<PaymentProgress> {
    Saga("payment") {
        Parallel {
            Compensatable(
                "place-hold", timeout: patience.timeout, retry: patience.retry,
                undoRetry: patience.undoRetry,
                ask: { $0.placeHold }, undo: { $0.voidHold })
            Compensatable(
                "open-invoice", timeout: patience.timeout, retry: patience.retry,
                undoRetry: patience.undoRetry,
                ask: { $0.openInvoice }, undo: { $0.voidInvoice }
            ) { progress, opened in
                progress.fee = opened.fee
                progress.tax = opened.tax
            }
        }
        Pivot(
            "post-hold", timeout: patience.timeout, retry: patience.retry,
            ask: { $0.postHold })
        Retriable(
            "settle-invoice", timeout: patience.timeout, retry: patience.retry,
            ask: { $0.settleInvoice })
    }
}

/// What the saga of one payment knows: all that its commands are made of.
struct PaymentProgress: Codable, Equatable, Sendable {
    let payment: PaymentID
    let source: AccountID
    let destination: AccountID
    let customer: CustomerID?
    let amount: Money

    // Chosen before anything is asked, so that an undo can name what was never answered.
    let hold: HoldID
    let invoice: InvoiceID
    let transfer: TransferID

    /// Zero until billing has opened the invoice.
    var fee: Money
    /// Tax on the fee; zero until billing has opened the invoice.
    var tax: Money

    init(
        payment: PaymentID, source: AccountID, destination: AccountID, customer: CustomerID?,
        amount: Money
    ) {
        self.payment = payment
        self.source = source
        self.destination = destination
        self.customer = customer
        self.amount = amount
        self.hold = HoldID()
        self.invoice = InvoiceID()
        self.transfer = TransferID()
        self.fee = Money(0, amount.currency)
        self.tax = Money(0, amount.currency)
    }
}

extension PaymentProgress {
    fileprivate var placeHold: PlaceHold {
        PlaceHold(hold: hold, payment: payment, source: source, amount: amount)
    }

    fileprivate var voidHold: VoidHold { VoidHold(hold: hold, source: source) }

    fileprivate var openInvoice: OpenInvoice {
        OpenInvoice(
            invoice: invoice, payment: payment, source: source, destination: destination,
            customer: customer, amount: amount)
    }

    fileprivate var voidInvoice: VoidInvoice {
        VoidInvoice(invoice: invoice, key: openInvoice.key)
    }

    fileprivate var postHold: PostHold {
        PostHold(
            hold: hold, transfer: transfer, payment: payment, source: source,
            destination: destination, amount: amount, fee: fee, tax: tax)
    }

    fileprivate var settleInvoice: SettleInvoice {
        SettleInvoice(invoice: invoice, key: openInvoice.key)
    }
}
