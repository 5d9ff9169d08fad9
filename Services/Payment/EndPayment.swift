import Contracts
import Money
import Postgres
import Saga

/// Writes down how payments ended, in the transaction in which their sagas did.
enum EndPayment {
    /// Throws `PostgresError`, and `EncodingError` if an event cannot be written.
    static func record(
        _ ended: [EndedSaga<PaymentProgress>], in tx: borrowing Transaction
    ) throws {
        var told = Ending()
        var succeeded: [PaymentProgress] = []
        var failed: [(id: PaymentID, failure: SagaFailure)] = []
        for saga in ended {
            switch saga.outcome {
            case .succeeded:
                succeeded.append(saga.state)
                try told.append(saga.state.succeeded, "payment.succeed", of: saga)
            case .compensated(let failure):
                failed.append((saga.state.payment, failure))
                try told.append(saga.state.failed(failure), "payment.fail", of: saga)
            }
        }
        if !succeeded.isEmpty {
            try tx.execute(
                PaymentQueries.succeed, succeeded.map(\.payment.uuid),
                succeeded.map(\.fee.minorUnits), succeeded.map(\.tax.minorUnits),
                succeeded.map(\.transfer.uuid), succeeded.map(\.invoice.uuid))
        }
        if !failed.isEmpty {
            try tx.execute(
                PaymentQueries.fail, failed.map(\.id.uuid), failed.map(\.failure.code),
                failed.map(\.failure.step), failed.map(\.failure.detail))
        }
        try told.write(in: tx)
    }
}

extension PaymentProgress {
    fileprivate var succeeded: PaymentSucceeded {
        PaymentSucceeded(payment: payment, transfer: transfer, amount: amount, fee: fee, tax: tax)
    }

    fileprivate func failed(_ failure: SagaFailure) -> PaymentFailed {
        PaymentFailed(
            payment: payment, step: failure.step, code: failure.code, detail: failure.detail)
    }
}
