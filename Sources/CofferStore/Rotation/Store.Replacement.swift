internal import CofferBytes
package import CofferFormat
package import CofferKeys
internal import CofferSQLite

extension Store {
    /// New slots in the place of all that there are, and the job that goes on with the change.
    package final class Replacement {
        /// The job.
        internal let plan: JobPlan
        private let password: NewSlot
        private let recovery: NewSlot?
        private let open: (SlotRow) throws -> Slots.Opened

        /// Replaces the slots.
        ///
        /// - Parameters:
        ///   - password: The slot with a password.
        ///   - recovery: The one with a recovery key; nil for none.
        ///   - plan: The job that goes on.
        ///   - open: Opens a slot anew from its stored row, as its owner will.
        package init(
            password: consuming NewSlot, recovery: consuming NewSlot?, plan: JobPlan,
            open: @escaping (SlotRow) throws -> Slots.Opened
        ) {
            self.password = password
            self.recovery = recovery
            self.plan = plan
            self.open = open
        }

        /// Stores and proves the slots.
        ///
        /// - Returns: The sealed roster of them, and their numbers.
        internal func write(
            _ transaction: Transaction, root: RootKey
        ) throws -> (roster: [UInt8], numbers: [UInt32]) {
            var roster = Roster()
            var numbers = [try transaction.addSlot(password, to: &roster)]
            switch recovery {
            case .some(let slot): numbers.append(try transaction.addSlot(slot, to: &roster))
            case .none: break
            }
            for slot in try transaction.store.slots() {
                guard let row = try? SlotRow(parsing: slot.seal) else {
                    throw StoreError.damaged("slot \(slot.number)")
                }
                try prove(row, root, roster.authKey(forNumber: slot.number), slot.number)
            }
            let sealed = try RosterSeal.seal(
                roster, root: root, vault: transaction.vault, randomness: transaction.randomness)
            return (sealed, numbers)
        }

        /// A stored slot opens, and gives what it was made with.
        private func prove(
            _ row: SlotRow, _ root: RootKey, _ authKey: consuming SecretBytes?, _ number: UInt32
        ) throws {
            let opened = try open(row)
            guard let authKey = authKey.take(), opened.authKey.isEqual(to: authKey),
                opened.root.id == root.id, opened.root.secret().isEqual(to: root.secret())
            else { throw StoreError.damaged("slot \(number)") }
        }
    }
}
