import Contracts

private let payment = "pay_0190163d-8694-739b-aea5-966c26f8ad01"
private let source = "acct_0190163d-8694-739b-aea5-966c26f8ad02"
private let destination = "acct_0190163d-8694-739b-aea5-966c26f8ad03"
private let invoice = "inv_0190163d-8694-739b-aea5-966c26f8ad05"
private let transfer = "txn_0190163d-8694-739b-aea5-966c26f8ad07"
private let refund = "ref_0190163d-8694-739b-aea5-966c26f8ad10"
private let creditNote = "cn_0190163d-8694-739b-aea5-966c26f8ad11"
private let reversal = "txn_0190163d-8694-739b-aea5-966c26f8ad12"

private func usd(_ minorUnits: Int64) -> String {
    #"{"currency":"USD","minor_units":\#(minorUnits)}"#
}

extension Golden {
    static let refundCommands: [Golden] = [
        Golden(
            OpenCreditNote(
                creditNote: Sample.creditNote, refund: Sample.refund, payment: Sample.payment,
                invoice: Sample.invoice, amount: Sample.usd(500), key: source),
            key: source, subject: creditNote,
            #"{"amount":\#(usd(500)),"credit_note":"\#(creditNote)","invoice":"\#(invoice)","#
                + #""key":"\#(source)","payment":"\#(payment)","refund":"\#(refund)"}"#),
        Golden(
            VoidCreditNote(creditNote: Sample.creditNote, key: source), key: source,
            subject: creditNote, #"{"credit_note":"\#(creditNote)","key":"\#(source)"}"#),
        Golden(
            SettleCreditNote(creditNote: Sample.creditNote, key: source), key: source,
            subject: creditNote, #"{"credit_note":"\#(creditNote)","key":"\#(source)"}"#),
        Golden(
            ReverseTransfer(
                reversal: Sample.reversal, transfer: Sample.transfer, refund: Sample.refund,
                payment: Sample.payment, source: Sample.source, destination: Sample.destination,
                amount: Sample.usd(500), fee: Sample.usd(21), tax: Sample.usd(4)),
            key: destination, subject: reversal,
            #"{"amount":\#(usd(500)),"destination":"\#(destination)","fee":\#(usd(21)),"#
                + #""payment":"\#(payment)","refund":"\#(refund)","reversal":"\#(reversal)","#
                + #""source":"\#(source)","tax":\#(usd(4)),"transfer":"\#(transfer)"}"#),
    ]

    static let refundEvents: [Golden] = [
        Golden(
            RefundCreated(
                refund: Sample.refund, payment: Sample.payment, amount: Sample.usd(500)),
            key: payment, subject: refund,
            #"{"amount":\#(usd(500)),"payment":"\#(payment)","refund":"\#(refund)"}"#),
        Golden(
            RefundSucceeded(
                refund: Sample.refund, payment: Sample.payment, transfer: Sample.reversal,
                amount: Sample.usd(500), fee: Sample.usd(21), tax: Sample.usd(4)),
            key: payment, subject: refund,
            #"{"amount":\#(usd(500)),"fee":\#(usd(21)),"payment":"\#(payment)","#
                + #""refund":"\#(refund)","tax":\#(usd(4)),"transfer":"\#(reversal)"}"#),
        Golden(
            RefundFailed(
                refund: Sample.refund, payment: Sample.payment, step: "reverse-transfer",
                code: "insufficient-funds", detail: "The account has too little."),
            key: payment, subject: refund,
            #"{"code":"insufficient-funds","detail":"The account has too little.","#
                + #""payment":"\#(payment)","refund":"\#(refund)","step":"reverse-transfer"}"#),
        Golden(
            CreditNoteChanged(
                creditNote: Sample.creditNote, invoice: Sample.invoice, payment: Sample.payment,
                refund: Sample.refund, change: .settled, amount: Sample.usd(500),
                fee: Sample.usd(21), tax: Sample.usd(4), number: 3),
            key: invoice, subject: creditNote,
            #"{"amount":\#(usd(500)),"change":"settled","credit_note":"\#(creditNote)","#
                + #""fee":\#(usd(21)),"invoice":"\#(invoice)","number":3,"#
                + #""payment":"\#(payment)","refund":"\#(refund)","tax":\#(usd(4))}"#),
        Golden(
            TransferPosted(
                transfer: Sample.reversal, payment: Sample.payment, reverses: Sample.transfer,
                entries: [
                    .init(account: Sample.destination, side: "debit", amount: Sample.usd(500)),
                    .init(account: Sample.source, side: "credit", amount: Sample.usd(500)),
                ]),
            key: reversal, subject: reversal,
            #"{"entries":[{"account":"\#(destination)","amount":\#(usd(500)),"side":"debit"},"#
                + #"{"account":"\#(source)","amount":\#(usd(500)),"side":"credit"}],"#
                + #""payment":"\#(payment)","reverses":"\#(transfer)","transfer":"\#(reversal)"}"#),
    ]

    static let refundReplies: [Golden] = [
        Golden(
            OpenCreditNote.self,
            .done(.init(creditNote: Sample.creditNote, fee: Sample.usd(21), tax: Sample.usd(4))),
            #"{"done":{"credit_note":"\#(creditNote)","fee":\#(usd(21)),"tax":\#(usd(4))},"#
                + #""outcome":"done"}"#),
        Golden(VoidCreditNote.self, .done(Nothing()), #"{"done":{},"outcome":"done"}"#),
        Golden(
            SettleCreditNote.self, .done(.init(number: 3)),
            #"{"done":{"number":3},"outcome":"done"}"#),
        Golden(
            ReverseTransfer.self, .done(.init(transfer: Sample.reversal)),
            #"{"done":{"transfer":"\#(reversal)"},"outcome":"done"}"#),
    ]
}
