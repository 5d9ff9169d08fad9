public import Money

/// Step 1 of a payment: sets an amount of the payer's funds aside.
public struct PlaceHold: Command, Equatable {
    /// The hold that now stands, under the id that the command chose.
    public struct Done: Codable, Equatable, Sendable {
        public let hold: HoldID
        public init(hold: HoldID) { self.hold = hold }
    }

    public static let type = "ledger.place-hold.v1"
    public static let topic = Topic.ledgerCommands
    public static let aggregate = "account"
    public var key: String { source.description }
    public var subject: String { hold.description }

    /// Chosen by the asker, so that the undo can name it even if no answer ever came.
    public let hold: HoldID
    public let payment: PaymentID
    public let source: AccountID
    public let amount: Money

    public init(hold: HoldID, payment: PaymentID, source: AccountID, amount: Money) {
        self.hold = hold
        self.payment = payment
        self.source = source
        self.amount = amount
    }
}

/// Undoes `PlaceHold`: gives the payer's funds back.
public struct VoidHold: Command, Equatable {
    public typealias Done = Nothing

    public static let type = "ledger.void-hold.v1"
    public static let topic = Topic.ledgerCommands
    public static let aggregate = "account"
    public var key: String { source.description }
    public var subject: String { hold.description }

    public let hold: HoldID
    public let source: AccountID

    public init(hold: HoldID, source: AccountID) {
        self.hold = hold
        self.source = source
    }
}

/// Step 3 of a payment, the pivot: turns the hold into a transfer. The payer is debited the whole
/// amount; the payee is credited the amount less fee and tax; the operator's revenue and tax
/// accounts are credited the rest.
public struct PostHold: Command, Equatable {
    public struct Done: Codable, Equatable, Sendable {
        public let transfer: TransferID
        public init(transfer: TransferID) { self.transfer = transfer }
    }

    public static let type = "ledger.post-hold.v1"
    public static let topic = Topic.ledgerCommands
    public static let aggregate = "account"
    public var key: String { source.description }
    public var subject: String { hold.description }

    public let hold: HoldID
    public let transfer: TransferID
    public let payment: PaymentID
    public let source: AccountID
    public let destination: AccountID
    public let amount: Money
    /// Part of `amount`, before tax.
    public let fee: Money
    /// Tax on the fee, part of `amount` too.
    public let tax: Money

    public init(
        hold: HoldID, transfer: TransferID, payment: PaymentID, source: AccountID,
        destination: AccountID, amount: Money, fee: Money, tax: Money
    ) {
        self.hold = hold
        self.transfer = transfer
        self.payment = payment
        self.source = source
        self.destination = destination
        self.amount = amount
        self.fee = fee
        self.tax = tax
    }
}

/// Step 2 of a refund, the pivot: reverses a payment's transfer, in full or in part. The payee and
/// the operator's fee and tax accounts are debited their parts; the payer is credited the whole
/// amount. Refused if one of them lacks the funds, or if it would go beyond what was transferred.
public struct ReverseTransfer: Command, Equatable {
    public struct Done: Codable, Equatable, Sendable {
        /// The new transfer.
        public let transfer: TransferID
        public init(transfer: TransferID) { self.transfer = transfer }
    }

    public static let type = "ledger.reverse-transfer.v1"
    public static let topic = Topic.ledgerCommands
    public static let aggregate = "account"
    /// The payee, who is debited.
    public var key: String { destination.description }
    public var subject: String { reversal.description }

    /// The id of the new transfer, chosen by the asker.
    public let reversal: TransferID
    /// What is reversed: the transfer of the payment's `PostHold`.
    public let transfer: TransferID
    public let refund: RefundID
    public let payment: PaymentID
    public let source: AccountID
    public let destination: AccountID
    public let amount: Money
    /// Part of `amount` that comes from the operator's fees.
    public let fee: Money
    /// Part of `amount` that comes from the operator's tax account.
    public let tax: Money

    public init(
        reversal: TransferID, transfer: TransferID, refund: RefundID, payment: PaymentID,
        source: AccountID, destination: AccountID, amount: Money, fee: Money, tax: Money
    ) {
        self.reversal = reversal
        self.transfer = transfer
        self.refund = refund
        self.payment = payment
        self.source = source
        self.destination = destination
        self.amount = amount
        self.fee = fee
        self.tax = tax
    }
}

/// An account of the ledger was opened, frozen, unfrozen or closed, or its name, limit or metadata
/// changed.
public struct AccountChanged: Event, Equatable {
    public enum Change: String, Codable, Sendable { case opened, frozen, unfrozen, closed, updated }

    public static let type = "ledger.account-changed.v1"
    public static let topic = Topic.ledgerEvents
    public static let aggregate = "account"
    public var key: String { account.description }
    public var subject: String { account.description }

    public let account: AccountID
    public let change: Change
    public let kind: String
    public let currency: Currency

    public init(account: AccountID, change: Change, kind: String, currency: Currency) {
        self.account = account
        self.change = change
        self.kind = kind
        self.currency = currency
    }
}

/// A hold was placed, posted, voided or ran out.
public struct HoldChanged: Event, Equatable {
    public enum Change: String, Codable, Sendable { case placed, posted, voided, expired }

    public static let type = "ledger.hold-changed.v1"
    public static let topic = Topic.ledgerEvents
    public static let aggregate = "account"
    public var key: String { account.description }
    public var subject: String { hold.description }

    public let hold: HoldID
    public let account: AccountID
    public let change: Change
    public let amount: Money

    public init(hold: HoldID, account: AccountID, change: Change, amount: Money) {
        self.hold = hold
        self.account = account
        self.change = change
        self.amount = amount
    }
}

/// A transfer was posted: its entries sum to zero in every currency.
public struct TransferPosted: Event, Equatable {
    public struct Line: Codable, Equatable, Sendable {
        public let account: AccountID
        /// `debit` or `credit`.
        public let side: String
        public let amount: Money

        public init(account: AccountID, side: String, amount: Money) {
            self.account = account
            self.side = side
            self.amount = amount
        }
    }

    public static let type = "ledger.transfer-posted.v1"
    public static let topic = Topic.ledgerEvents
    public static let aggregate = "transfer"
    public var key: String { transfer.description }
    public var subject: String { transfer.description }

    public let transfer: TransferID
    public let payment: PaymentID?
    /// The transfer that this one reverses, in full or in part.
    public let reverses: TransferID?
    public let entries: [Line]

    public init(
        transfer: TransferID, payment: PaymentID?, reverses: TransferID? = nil, entries: [Line]
    ) {
        self.transfer = transfer
        self.payment = payment
        self.reverses = reverses
        self.entries = entries
    }
}
