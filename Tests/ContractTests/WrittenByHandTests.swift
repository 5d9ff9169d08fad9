import Contracts
import TestSupport
import Testing

@Suite("Messages that are written by hand are what would be encoded", .tags(.unit))
struct WrittenByHandTests {
    private let amount = Sample.usd(1000)
    private let fee = Sample.usd(59)
    private let tax = Sample.usd(.min)
    private let payment = Sample.payment
    private let hold = Sample.hold
    private let invoice = Sample.invoice
    private let source = Sample.source
    private let destination = Sample.destination
    private let transfer = Sample.transfer

    @Test("for commands, with a customer and without", arguments: [nil, CustomerID()])
    func commands(customer: CustomerID?) throws {
        try expectWrittenAsEncoded(
            PlaceHold(hold: hold, payment: payment, source: source, amount: amount))
        try expectWrittenAsEncoded(
            OpenInvoice(
                invoice: invoice, payment: payment, source: source, destination: destination,
                customer: customer, amount: amount))
        try expectWrittenAsEncoded(
            PostHold(
                hold: hold, transfer: transfer, payment: payment, source: source,
                destination: destination, amount: amount, fee: fee, tax: tax))
        try expectWrittenAsEncoded(SettleInvoice(invoice: invoice, key: #"a "key""#))
    }

    @Test("for replies")
    func replies() throws {
        try expectWrittenAsEncoded(Reply.done(PlaceHold.Done(hold: hold)))
        try expectWrittenAsEncoded(
            Reply.done(OpenInvoice.Done(invoice: invoice, fee: fee, tax: tax)))
        try expectWrittenAsEncoded(Reply.done(PostHold.Done(transfer: transfer)))
        try expectWrittenAsEncoded(Reply.done(SettleInvoice.Done(number: .max)))
        try expectWrittenAsEncoded(
            Reply<PlaceHold.Done>.refused(Refusal("account-frozen", "It is \"frozen\".\n")))
        try expectWrittenAsEncoded(Reply.done(Nothing()))
    }

    @Test("for events, with a number and without", arguments: [nil, 17 as Int64])
    func events(number: Int64?) throws {
        try expectWrittenAsEncoded(
            PaymentCreated(
                payment: payment, source: source, destination: destination, amount: amount))
        try expectWrittenAsEncoded(
            PaymentSucceeded(
                payment: payment, transfer: transfer, amount: amount, fee: fee, tax: tax))
        for change: HoldChanged.Change in [.placed, .posted, .voided, .expired] {
            try expectWrittenAsEncoded(
                HoldChanged(hold: hold, account: source, change: change, amount: amount))
        }
        for change: InvoiceChanged.Change in [.opened, .voided, .settled] {
            try expectWrittenAsEncoded(
                InvoiceChanged(
                    invoice: invoice, payment: payment, change: change, fee: fee, tax: tax,
                    number: number))
        }
    }
}
