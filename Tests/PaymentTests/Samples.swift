import Contracts
import FoundationEssentials
import Money
import Testing

@testable import Payment
@testable import ServiceHost

extension CreatePayment.Request {
    static func sample(
        amount: Int64 = 1050, source: AccountID = AccountID(),
        destination: AccountID = AccountID(), customer: CustomerID? = nil, reference: String? = nil
    ) throws -> Self {
        Self(
            amount: try Amount(amount), currency: try #require(Currency("USD")), source: source,
            destination: destination, customer: customer,
            description: try ShortText("Two books", field: "description"),
            reference: try reference.map { try ShortText($0, field: "reference") },
            metadata: try Metadata(["order": "17"]))
    }
}

/// A payment as a client reads it.
struct Shown: Decodable, Equatable {
    struct Failure: Decodable, Equatable {
        let code: String
        let step: String
        let detail: String
    }

    struct Step: Decodable, Equatable, CustomStringConvertible {
        let step: String
        let direction: String
        let status: String
        let attempt: Int
        let at: Date

        var description: String { "\(direction == "action" ? "" : "undo ")\(step) \(status)" }
    }

    let id: PaymentID
    let status: String
    let amount: Int64
    let currency: String
    let source: AccountID
    let destination: AccountID
    let customer: CustomerID?
    let description: String?
    let reference: String?
    let metadata: [String: String]
    let amountRefunded: Int64
    let fee: Int64?
    let tax: Int64?
    let transfer: TransferID?
    let invoice: InvoiceID?
    let failure: Failure?
    let createdAt: Date
    let endedAt: Date?
    let timeline: [Step]?
}

struct ShownPage: Decodable {
    let data: [Shown]
    let nextCursor: String?
}

/// A refund as a client reads it.
struct ShownRefund: Decodable, Equatable {
    let id: RefundID
    let payment: PaymentID
    let status: String
    let amount: Int64
    let currency: String
    let reason: String?
    let reference: String?
    let fee: Int64?
    let tax: Int64?
    let transfer: TransferID?
    let creditNote: CreditNoteID?
    let failure: Shown.Failure?
    let endedAt: Date?
    let timeline: [Shown.Step]?
}

struct ShownRefundPage: Decodable {
    let data: [ShownRefund]
    let nextCursor: String?
}

extension Answer {
    /// The status of a body or a problem; 0 while it is pending.
    var status: Int {
        switch content {
        case .body(let status, _, _), .bytes(let status, _, _): status
        case .problem(let problem): problem.status
        case .pending: 0
        }
    }

    var location: String? {
        if case .body(_, let location, _) = content { location } else { nil }
    }

    var pendingResource: String? {
        if case .pending(let resource) = content { resource } else { nil }
    }

    /// The body's bytes, as they go out.
    func bytes() throws -> [UInt8] {
        guard case .body(_, _, let value) = content else { return [] }
        return try WireJSON.encode(value)
    }

    /// The body, as a client reads it.
    func read<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try WireJSON.decode(type, from: try bytes())
    }
}

extension Envelope {
    /// The participant's answer to this command.
    func answered<C: Command>(_ command: C.Type, _ reply: Reply<C.Done>) throws -> Envelope {
        #expect(type == C.type)
        return envelope(of: try .answer(command, reply))
    }

    /// A refusal of this command, whatever it asked.
    func refused(_ code: String) throws -> Envelope {
        let refusal = Reply<Nothing>.refused(Refusal(code, "No."))
        return envelope(
            of: AnyReply(
                outcome: .refused, type: type + ".reply", payload: try WireJSON.encode(refusal)))
    }

    /// What a participant answers that does all it is asked: a fee of 45 and a tax of 9.
    func done() throws -> Envelope {
        switch type {
        case PlaceHold.type:
            try answered(PlaceHold.self, .done(.init(hold: try decode(PlaceHold.self).hold)))
        case OpenInvoice.type:
            try answered(OpenInvoice.self, .done(try decode(OpenInvoice.self).opened()))
        case PostHold.type:
            try answered(
                PostHold.self, .done(.init(transfer: try decode(PostHold.self).transfer)))
        case SettleInvoice.type: try answered(SettleInvoice.self, .done(.init(number: 1)))
        case VoidHold.type: try answered(VoidHold.self, .done(Nothing()))
        case VoidInvoice.type: try answered(VoidInvoice.self, .done(Nothing()))
        case OpenCreditNote.type:
            try answered(OpenCreditNote.self, .done(try decode(OpenCreditNote.self).opened()))
        case ReverseTransfer.type:
            try answered(
                ReverseTransfer.self,
                .done(.init(transfer: try decode(ReverseTransfer.self).reversal)))
        case SettleCreditNote.type: try answered(SettleCreditNote.self, .done(.init(number: 1)))
        default: try answered(VoidCreditNote.self, .done(Nothing()))
        }
    }

    private func envelope(of reply: AnyReply) -> Envelope {
        Envelope(
            topic: Topic.paymentReplies.rawValue, key: saga?.saga.description ?? "",
            type: reply.type, source: "/farthing/test", subject: subject, tenant: tenant,
            saga: saga, payload: reply.payload)
    }
}

extension OpenCreditNote {
    /// A twentieth of the amount is fee, nothing is tax.
    fileprivate func opened() -> Done {
        Done(
            creditNote: creditNote, fee: Money(amount.minorUnits / 20, amount.currency),
            tax: Money(0, amount.currency))
    }
}

extension OpenInvoice {
    fileprivate func opened() -> Done {
        Done(
            invoice: invoice, fee: Money(45, amount.currency), tax: Money(9, amount.currency))
    }
}
