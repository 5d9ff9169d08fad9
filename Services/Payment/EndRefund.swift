import Contracts
import Money
import Outbox
import Postgres
import Saga
import ServiceHost

/// Writes down how refunds ended, in the transaction in which their sagas did.
enum EndRefund {
    /// Throws `PostgresError`, and `EncodingError` if an event cannot be written.
    static func record(
        _ ended: [EndedSaga<RefundProgress>], in tx: borrowing Transaction
    ) throws {
        var told = Ending()
        var succeeded: [RefundProgress] = []
        var failed: [(id: RefundID, failure: SagaFailure)] = []
        for saga in ended {
            switch saga.outcome {
            case .succeeded:
                succeeded.append(saga.state)
                try told.append(saga.state.succeeded, "refund.succeed", of: saga)
            case .compensated(let failure):
                failed.append((saga.state.refund, failure))
                try told.append(saga.state.failed(failure), "refund.fail", of: saga)
            }
        }
        if !succeeded.isEmpty {
            try tx.execute(
                RefundQueries.succeed, succeeded.map(\.refund.uuid),
                succeeded.map(\.fee.minorUnits), succeeded.map(\.tax.minorUnits),
                succeeded.map(\.reversal.uuid), succeeded.map(\.creditNote.uuid))
        }
        if !failed.isEmpty {
            try tx.execute(
                RefundQueries.fail, failed.map(\.id.uuid), failed.map(\.failure.code),
                failed.map(\.failure.step), failed.map(\.failure.detail))
        }
        try told.write(in: tx)
    }
}

extension RefundProgress {
    fileprivate var succeeded: RefundSucceeded {
        RefundSucceeded(
            refund: refund, payment: payment, transfer: reversal, amount: amount, fee: fee,
            tax: tax)
    }

    fileprivate func failed(_ failure: SagaFailure) -> RefundFailed {
        RefundFailed(
            refund: refund, payment: payment, step: failure.step, code: failure.code,
            detail: failure.detail)
    }
}
