import Contracts

// Within v1 changes are additive: a new optional field may appear in these documents, but nothing
// that is here may ever be renamed, retyped or removed.

private let payment = "pay_0190163d-8694-739b-aea5-966c26f8ad01"
private let source = "acct_0190163d-8694-739b-aea5-966c26f8ad02"
private let destination = "acct_0190163d-8694-739b-aea5-966c26f8ad03"
private let customer = "cus_0190163d-8694-739b-aea5-966c26f8ad04"
private let invoice = "inv_0190163d-8694-739b-aea5-966c26f8ad05"
private let hold = "hold_0190163d-8694-739b-aea5-966c26f8ad06"
private let transfer = "txn_0190163d-8694-739b-aea5-966c26f8ad07"
private let feePlan = "fee_0190163d-8694-739b-aea5-966c26f8ad08"

private func usd(_ minorUnits: Int64) -> String {
    #"{"currency":"USD","minor_units":\#(minorUnits)}"#
}

extension Golden {
    static let all = commands + events + replies

    static let commands = paymentCommands + refundCommands
    static let events = paymentEvents + refundEvents
    static let replies = paymentReplies + refundReplies

    static let paymentCommands: [Golden] = [
        Golden(
            PlaceHold(
                hold: Sample.hold, payment: Sample.payment, source: Sample.source,
                amount: Sample.usd(1050)),
            key: source, subject: hold,
            #"{"amount":\#(usd(1050)),"hold":"\#(hold)","payment":"\#(payment)","#
                + #""source":"\#(source)"}"#),
        Golden(
            VoidHold(hold: Sample.hold, source: Sample.source), key: source, subject: hold,
            #"{"hold":"\#(hold)","source":"\#(source)"}"#),
        Golden(
            PostHold(
                hold: Sample.hold, transfer: Sample.transfer, payment: Sample.payment,
                source: Sample.source, destination: Sample.destination, amount: Sample.usd(1050),
                fee: Sample.usd(45), tax: Sample.usd(9)),
            key: source, subject: hold,
            #"{"amount":\#(usd(1050)),"destination":"\#(destination)","fee":\#(usd(45)),"#
                + #""hold":"\#(hold)","payment":"\#(payment)","source":"\#(source)","#
                + #""tax":\#(usd(9)),"transfer":"\#(transfer)"}"#),
        Golden(
            OpenInvoice(
                invoice: Sample.invoice, payment: Sample.payment, source: Sample.source,
                destination: Sample.destination, customer: Sample.customer,
                amount: Sample.usd(1050)),
            key: customer, subject: invoice,
            #"{"amount":\#(usd(1050)),"customer":"\#(customer)","#
                + #""destination":"\#(destination)","invoice":"\#(invoice)","#
                + #""payment":"\#(payment)","source":"\#(source)"}"#),
        Golden(
            OpenInvoice(
                invoice: Sample.invoice, payment: Sample.payment, source: Sample.source,
                destination: Sample.destination, customer: nil, amount: Sample.usd(1050)),
            key: source, subject: invoice,
            #"{"amount":\#(usd(1050)),"destination":"\#(destination)","#
                + #""invoice":"\#(invoice)","payment":"\#(payment)","source":"\#(source)"}"#),
        Golden(
            VoidInvoice(invoice: Sample.invoice, key: source), key: source, subject: invoice,
            #"{"invoice":"\#(invoice)","key":"\#(source)"}"#),
        Golden(
            SettleInvoice(invoice: Sample.invoice, key: customer), key: customer, subject: invoice,
            #"{"invoice":"\#(invoice)","key":"\#(customer)"}"#),
    ]

    static let paymentEvents: [Golden] = [
        Golden(
            PaymentCreated(
                payment: Sample.payment, source: Sample.source, destination: Sample.destination,
                amount: Sample.usd(1050)),
            key: payment, subject: payment,
            #"{"amount":\#(usd(1050)),"destination":"\#(destination)","#
                + #""payment":"\#(payment)","source":"\#(source)"}"#),
        Golden(
            PaymentSucceeded(
                payment: Sample.payment, transfer: Sample.transfer, amount: Sample.usd(1050),
                fee: Sample.usd(45), tax: Sample.usd(9)),
            key: payment, subject: payment,
            #"{"amount":\#(usd(1050)),"fee":\#(usd(45)),"payment":"\#(payment)","#
                + #""tax":\#(usd(9)),"transfer":"\#(transfer)"}"#),
        Golden(
            PaymentFailed(
                payment: Sample.payment, step: "place-hold", code: "insufficient-funds",
                detail: "The account has too little."),
            key: payment, subject: payment,
            #"{"code":"insufficient-funds","detail":"The account has too little.","#
                + #""payment":"\#(payment)","step":"place-hold"}"#),
        Golden(
            CustomerChanged(
                customer: Sample.customer, account: Sample.source, change: .suspended),
            key: customer, subject: customer,
            #"{"account":"\#(source)","change":"suspended","customer":"\#(customer)"}"#),
        Golden(
            FeePlanCreated(
                feePlan: Sample.feePlan, currency: Sample.dollars, percentBp: 290, fixed: 30,
                taxBp: 2000),
            key: feePlan, subject: feePlan,
            #"{"currency":"USD","fee_plan":"\#(feePlan)","fixed":30,"percent_bp":290,"#
                + #""tax_bp":2000}"#),
        Golden(
            InvoiceChanged(
                invoice: Sample.invoice, payment: Sample.payment, change: .settled,
                fee: Sample.usd(45), tax: Sample.usd(9), number: 12),
            key: invoice, subject: invoice,
            #"{"change":"settled","fee":\#(usd(45)),"invoice":"\#(invoice)","number":12,"#
                + #""payment":"\#(payment)","tax":\#(usd(9))}"#),
        Golden(
            AccountChanged(
                account: Sample.source, change: .opened, kind: "liability",
                currency: Sample.dollars),
            key: source, subject: source,
            #"{"account":"\#(source)","change":"opened","currency":"USD","kind":"liability"}"#),
        Golden(
            HoldChanged(
                hold: Sample.hold, account: Sample.source, change: .placed,
                amount: Sample.usd(1050)),
            key: source, subject: hold,
            #"{"account":"\#(source)","amount":\#(usd(1050)),"change":"placed","#
                + #""hold":"\#(hold)"}"#),
        Golden(
            TransferPosted(
                transfer: Sample.transfer, payment: Sample.payment,
                entries: [
                    .init(account: Sample.source, side: "debit", amount: Sample.usd(1050)),
                    .init(account: Sample.destination, side: "credit", amount: Sample.usd(1050)),
                ]),
            key: transfer, subject: transfer,
            #"{"entries":[{"account":"\#(source)","amount":\#(usd(1050)),"side":"debit"},"#
                + #"{"account":"\#(destination)","amount":\#(usd(1050)),"side":"credit"}],"#
                + #""payment":"\#(payment)","transfer":"\#(transfer)"}"#),
    ]

    static let paymentReplies: [Golden] = [
        Golden(
            PlaceHold.self, .done(.init(hold: Sample.hold)),
            #"{"done":{"hold":"\#(hold)"},"outcome":"done"}"#),
        Golden(VoidHold.self, .done(Nothing()), #"{"done":{},"outcome":"done"}"#),
        Golden(
            PostHold.self, .done(.init(transfer: Sample.transfer)),
            #"{"done":{"transfer":"\#(transfer)"},"outcome":"done"}"#),
        Golden(
            OpenInvoice.self,
            .done(.init(invoice: Sample.invoice, fee: Sample.usd(45), tax: Sample.usd(9))),
            #"{"done":{"fee":\#(usd(45)),"invoice":"\#(invoice)","tax":\#(usd(9))},"#
                + #""outcome":"done"}"#),
        Golden(VoidInvoice.self, .done(Nothing()), #"{"done":{},"outcome":"done"}"#),
        Golden(
            SettleInvoice.self, .done(.init(number: 12)),
            #"{"done":{"number":12},"outcome":"done"}"#),
        Golden(
            PlaceHold.self, .refused(Refusal("account-frozen", "The account is frozen.")),
            #"{"outcome":"refused","refusal":{"code":"account-frozen","#
                + #""detail":"The account is frozen."}}"#),
    ]
}
