public import Money

/// Asked beside `PlaceHold`, as a payment begins: works the fee out and opens the invoice that
/// charges it.
public struct OpenInvoice: Command, Equatable {
    public struct Done: Codable, Equatable, Sendable {
        public let invoice: InvoiceID
        /// Before tax.
        public let fee: Money
        /// Tax on the fee.
        public let tax: Money

        public init(invoice: InvoiceID, fee: Money, tax: Money) {
            self.invoice = invoice
            self.fee = fee
            self.tax = tax
        }
    }

    public static let type = "billing.open-invoice.v1"
    public static let topic = Topic.billingCommands
    public static let aggregate = "customer"
    /// The customer if one is named, else the paying account: either way one payer's commands
    /// stay in order.
    public var key: String { customer?.description ?? source.description }
    public var subject: String { invoice.description }

    /// Chosen by the asker, so that the undo can name it even if no answer ever came.
    public let invoice: InvoiceID
    public let payment: PaymentID
    public let source: AccountID
    public let destination: AccountID
    public let customer: CustomerID?
    public let amount: Money

    public init(
        invoice: InvoiceID, payment: PaymentID, source: AccountID, destination: AccountID,
        customer: CustomerID?, amount: Money
    ) {
        self.invoice = invoice
        self.payment = payment
        self.source = source
        self.destination = destination
        self.customer = customer
        self.amount = amount
    }
}

/// Undoes `OpenInvoice`.
public struct VoidInvoice: Command, Equatable {
    public typealias Done = Nothing

    public static let type = "billing.void-invoice.v1"
    public static let topic = Topic.billingCommands
    public static let aggregate = "customer"
    /// The key of the `OpenInvoice` that it undoes.
    public let key: String
    public var subject: String { invoice.description }

    public let invoice: InvoiceID

    public init(invoice: InvoiceID, key: String) {
        self.invoice = invoice
        self.key = key
    }
}

/// Step 4 of a payment: settles the invoice and gives it its gapless number. Never refused.
public struct SettleInvoice: Command, Equatable {
    public struct Done: Codable, Equatable, Sendable {
        /// 1, 2, 3 … without a gap, per tenant.
        public let number: Int64
        public init(number: Int64) { self.number = number }
    }

    public static let type = "billing.settle-invoice.v1"
    public static let topic = Topic.billingCommands
    public static let aggregate = "customer"
    /// The key of the `OpenInvoice` that it settles.
    public let key: String
    public var subject: String { invoice.description }

    public let invoice: InvoiceID

    public init(invoice: InvoiceID, key: String) {
        self.invoice = invoice
        self.key = key
    }
}

/// A customer was created, suspended or reactivated.
public struct CustomerChanged: Event, Equatable {
    public enum Change: String, Codable, Sendable { case created, suspended, reactivated }

    public static let type = "billing.customer-changed.v1"
    public static let topic = Topic.billingEvents
    public static let aggregate = "customer"
    public var key: String { customer.description }
    public var subject: String { customer.description }

    public let customer: CustomerID
    public let account: AccountID
    public let change: Change

    public init(customer: CustomerID, account: AccountID, change: Change) {
        self.customer = customer
        self.account = account
        self.change = change
    }
}

/// A fee plan came into force for its currency.
public struct FeePlanCreated: Event, Equatable {
    public static let type = "billing.fee-plan-created.v1"
    public static let topic = Topic.billingEvents
    public static let aggregate = "fee-plan"
    public var key: String { feePlan.description }
    public var subject: String { feePlan.description }

    public let feePlan: FeePlanID
    public let currency: Currency
    /// Basis points of the amount: 290 is 2.90 %.
    public let percentBp: Int64
    /// Minor units added to every fee.
    public let fixed: Int64
    /// Basis points of tax on the fee.
    public let taxBp: Int64

    public init(
        feePlan: FeePlanID, currency: Currency, percentBp: Int64, fixed: Int64, taxBp: Int64
    ) {
        self.feePlan = feePlan
        self.currency = currency
        self.percentBp = percentBp
        self.fixed = fixed
        self.taxBp = taxBp
    }
}

/// An invoice was opened, voided or settled.
public struct InvoiceChanged: Event, Equatable {
    public enum Change: String, Codable, Sendable { case opened, voided, settled }

    public static let type = "billing.invoice-changed.v1"
    public static let topic = Topic.billingEvents
    public static let aggregate = "invoice"
    public var key: String { invoice.description }
    public var subject: String { invoice.description }

    public let invoice: InvoiceID
    public let payment: PaymentID
    public let change: Change
    public let fee: Money
    public let tax: Money
    /// Given at settlement.
    public let number: Int64?

    public init(
        invoice: InvoiceID, payment: PaymentID, change: Change, fee: Money, tax: Money,
        number: Int64?
    ) {
        self.invoice = invoice
        self.payment = payment
        self.change = change
        self.fee = fee
        self.tax = tax
        self.number = number
    }
}
